/** A glossary term: tap or Enter opens its sentence and keeps it open; Escape, a second tap or leaving closes it. */
export function mount(element: HTMLElement): void {
  const show = (open: boolean): void => element.setAttribute('aria-expanded', String(open))
  element.addEventListener('click', () => show(element.getAttribute('aria-expanded') !== 'true'))
  element.addEventListener('blur', () => show(false))
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      show(false)
      element.blur()
    }
  })
}
