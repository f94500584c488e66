import { defineConfig } from 'vite'
import { europeMap } from './static/src/vite/europe.ts'
import { iconSprite } from './static/src/vite/sprite.ts'

export default defineConfig({
  base: '/static/build/',
  publicDir: false,
  plugins: [iconSprite(), europeMap()],
  build: {
    outDir: 'static/build',
    emptyOutDir: true,
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: 'es2022',
    rollupOptions: { input: ['static/src/app.ts'] },
  },
  css: { preprocessorOptions: { scss: { quietDeps: true } } },
})
