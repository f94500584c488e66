import './app.scss'
import htmx from 'htmx.org'
import 'htmx-ext-sse'
import { mountIslands } from './islands'

// base.html carries <meta name="htmx-config">: no evaluation, no injected styles.
Object.assign(window, { htmx })

// htmx notes the present path for a history that no page uses; a shared computer keeps nothing (L15).
window.sessionStorage.removeItem('htmx-current-path-for-history')

document.documentElement.dataset['js'] = 'on'
mountIslands(document)
document.addEventListener('htmx:load', (event) => mountIslands(event.target as HTMLElement))
