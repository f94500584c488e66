const IDLE_MS = 15 * 60 * 1000
const PING_MS = 60 * 1000

/** What the browser itself keeps of a page; the server's Clear-Site-Data leaves sessionStorage in some browsers. */
function clean(): void {
  window.localStorage.clear()
  window.sessionStorage.clear()
}

/** "Done, next person" on a shared computer: reading on counts as being there, 15 minutes without a touch send the form. */
export function mount(element: HTMLElement): () => void {
  const form = element as HTMLFormElement
  const token = form.querySelector<HTMLInputElement>('[name="csrf_token"]')?.value ?? ''
  const stop = new AbortController()
  let touched = Date.now()
  let told = Date.now()
  const tell = (): void => {
    told = Date.now()
    void fetch(form.dataset['ping'] ?? '', { method: 'POST', headers: { 'X-CSRFToken': token } }).then((answer) => {
      if (answer.status !== 401) return
      clean()
      window.location.assign('/card')
    }, () => undefined)
  }
  const touch = (): void => {
    touched = Date.now()
    if (touched - told > PING_MS) tell()
  }
  for (const kind of ['pointerdown', 'keydown', 'scroll', 'wheel']) {
    document.addEventListener(kind, touch, { signal: stop.signal, passive: true, capture: true })
  }
  form.addEventListener('submit', clean, { signal: stop.signal })
  const timer = window.setInterval(() => {
    if (Date.now() - touched < IDLE_MS) return
    clean()
    form.submit()
  }, 5000)
  return () => {
    stop.abort()
    window.clearInterval(timer)
  }
}
