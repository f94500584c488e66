/** A form of filters that shows its result at each change; its own button stays for those without script and for phones. */
export function mount(element: HTMLElement): void {
  const form = element as HTMLFormElement
  const wide = window.matchMedia('(min-width: 1001px)')
  form.addEventListener('change', () => {
    if (wide.matches) form.requestSubmit()
  })
  form.querySelectorAll<HTMLInputElement>('input[type="range"]').forEach((range) => range.addEventListener('input', () => {
    const share = (Number(range.value) - Number(range.min)) / (Number(range.max) - Number(range.min) || 1)
    range.style.setProperty('--l-at', `${Math.round(100 * share)}%`)
    const said = form.querySelector<HTMLElement>(`[data-said-for="${range.name}"]`)
    if (said) said.textContent = (said.dataset['say'] ?? '{value}').replace('{value}', range.value)
  }))
}
