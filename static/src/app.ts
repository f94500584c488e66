import './app.scss'
import htmx from 'htmx.org'
import 'htmx-ext-sse'
import { mountIslands } from './islands'

// base.html carries <meta name="htmx-config">: no evaluation, no injected styles.
Object.assign(window, { htmx })

document.documentElement.dataset['js'] = 'on'
mountIslands(document)
document.addEventListener('htmx:load', (event) => mountIslands(event.target as HTMLElement))
