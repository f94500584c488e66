const YEAR = 31_536_000

/** Light or dark, by choice of the person: two buttons with data-choose; the choice is a cookie that the server reads. */
export function mount(element: HTMLElement): void {
  const buttons = element.querySelectorAll<HTMLButtonElement>('button[data-choose]')
  buttons.forEach((button) => button.addEventListener('click', () => {
    const look = button.dataset['choose'] ?? 'light'
    document.documentElement.dataset['look'] = look
    document.cookie = `look=${look};path=/;max-age=${YEAR};samesite=lax`
    buttons.forEach((other) => other.setAttribute('aria-pressed', String(other === button)))
  }))
}
