/** Minus and plus beside a number field; without script the plain number field remains. */
export function mount(element: HTMLElement): void {
  const field = element.querySelector<HTMLInputElement>('input')
  const buttons = element.querySelectorAll<HTMLButtonElement>('button[data-step]')
  if (!field) return
  const low = field.min === '' ? -Infinity : Number(field.min)
  const high = field.max === '' ? Infinity : Number(field.max)
  const show = (): void => buttons.forEach((button) => {
    const next = Number(field.value) + Number(button.dataset['step'])
    button.disabled = next < low || next > high
  })
  buttons.forEach((button) => button.addEventListener('click', () => {
    field.value = String(Math.min(high, Math.max(low, Number(field.value) + Number(button.dataset['step']))))
    field.dispatchEvent(new Event('input', { bubbles: true }))
    field.dispatchEvent(new Event('change', { bubbles: true }))
    show()
  }))
  field.addEventListener('input', show)
  element.dataset['ready'] = ''
  show()
}
