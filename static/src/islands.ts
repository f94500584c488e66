/** An island: one element that a small module makes alive. `mount` may return a function that stops it. */
export type Mount = (element: HTMLElement) => void | (() => void)

const modules = import.meta.glob<{ mount: Mount }>('./islands/*.ts')
const mounted = new WeakSet<HTMLElement>()

async function mountOne(element: HTMLElement): Promise<void> {
  const load = modules[`./islands/${element.dataset['island'] ?? ''}.ts`]
  if (!load || mounted.has(element)) return
  mounted.add(element)
  const { mount } = await load()
  const stop = mount(element)
  element.dataset['mounted'] = 'true'
  // The event bubbles: an element that goes inside a living island must not stop it.
  if (stop) element.addEventListener('htmx:beforeCleanupElement', (event) => { if (event.target === element) stop() })
}

/** Mounts every `[data-island]` at or under `root`, once each; a name without a module is left as it is. */
export function mountIslands(root: ParentNode & Node): void {
  if (root instanceof HTMLElement && root.dataset['island']) void mountOne(root)
  root.querySelectorAll<HTMLElement>('[data-island]').forEach((element) => void mountOne(element))
}
