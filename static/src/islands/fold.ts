/** A part that stands open beside the content and is folded where the screen is narrow. */
export function mount(element: HTMLElement): void {
  const narrow = window.matchMedia('(max-width: 1000px)')
  const set = (): void => { element.toggleAttribute('open', !narrow.matches) }
  narrow.addEventListener('change', set)
  set()
}
