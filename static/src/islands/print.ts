/** A button that prints the page; hidden until the script is there. */
export function mount(element: HTMLElement): void {
  element.hidden = false
  element.addEventListener('click', () => window.print())
}
