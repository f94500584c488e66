const YEAR = 31_536_000

/** Light or dark, by choice of the person: two buttons with data-look; the choice is a cookie that the server reads. */
export function mount(element: HTMLElement): void {
  const buttons = element.querySelectorAll<HTMLButtonElement>('button[data-look]')
  buttons.forEach((button) => button.addEventListener('click', () => {
    const look = button.dataset['look'] ?? 'light'
    document.documentElement.dataset['look'] = look
    document.cookie = `look=${look};path=/;max-age=${YEAR};samesite=lax`
    buttons.forEach((other) => other.setAttribute('aria-pressed', String(other === button)))
  }))
}
