import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** Names a template or a TypeScript file asks for: icon("x"), icon='x', iconMarkup('x'). */
const ASKED = /(?:\b|_)icon(?:Markup)?\s*(?:\(|=)\s*(["'])([a-z0-9]+(?:-[a-z0-9]+)*)\1/g

function filesUnder(folder: string, endings: readonly string[]): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return filesUnder(path, endings)
    return endings.some((ending) => name.endsWith(ending)) ? [path] : []
  })
}

/** Name → the file that asks for it. */
function askedFor(root: string, chosen: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  const files = [
    ...filesUnder(join(root, 'templates'), ['.html']),
    ...filesUnder(join(root, 'static/src'), ['.ts']),
    ...filesUnder(join(root, 'lift'), ['.py']),
  ]
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    for (const match of text.matchAll(ASKED)) found.set(match[2] as string, file)
    for (const name of chosen) if (text.includes(`"${name}"`) || text.includes(`'${name}'`)) found.set(name, file)
  }
  return found
}

function readIcon(root: string, name: string): string | null {
  const places = [
    join(root, 'static/src/icons', `${name}.svg`),
    join(root, 'node_modules/lucide-static/icons', `${name}.svg`),
  ]
  for (const place of places) {
    try {
      return readFileSync(place, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return null
}

/** `<symbol>` of one icon; the drawing attributes (stroke, fill) come from CSS on `.l-icon`. */
function symbol(name: string, svg: string): string {
  const box = /viewBox="([^"]+)"/.exec(svg)?.[1] ?? '0 0 24 24'
  const inner = svg.replace(/<!--[\s\S]*?-->/g, '').replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '')
  return `<symbol id="${name}" viewBox="${box}">${inner.replace(/\s+/g, ' ').trim()}</symbol>`
}

/**
 * One sprite of the icons that are used: those asked for by icon("…") or icon="…", and those of `icons/chosen.json` whose name
 * stands in quotes anywhere (a list of facts, a row's icon in Python). An unknown name fails the build and names the file.
 */
export function iconSprite(): Plugin {
  let root = process.cwd()
  return {
    name: 'lift-icon-sprite',
    configResolved(config) {
      root = config.root
    },
    generateBundle() {
      const chosen = JSON.parse(readFileSync(join(root, 'static/src/icons/chosen.json'), 'utf8')) as string[]
      const names = askedFor(root, chosen)
      const symbols = [...names].sort(([a], [b]) => a.localeCompare(b)).map(([name, file]) => {
        const svg = readIcon(root, name)
        if (svg === null) this.error(`${file} asks for the icon "${name}"; lucide-static and static/src/icons have none of this name`)
        return symbol(name, svg)
      })
      this.emitFile({
        type: 'asset',
        name: 'icons.svg',
        originalFileName: 'static/src/icons.svg',
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`,
      })
      this.emitFile({
        type: 'asset',
        name: 'lift.svg',
        originalFileName: 'static/src/icons/lift.svg',
        source: readFileSync(join(root, 'static/src/icons/lift.svg')),
      })
    },
  }
}
