/**
 * The slots of a timeline as one stop of the tab key: left and right move along a row, up and down to the slot of the next row
 * that lies nearest in time, Home and End to the ends of the row. Without script every slot is a link of its own.
 */
export function mount(element: HTMLElement): () => void {
  const stop = new AbortController()
  const rows = [...element.querySelectorAll<HTMLElement>('.l-timeline__track')]
    .map((track) => [...track.querySelectorAll<HTMLAnchorElement>('.l-slot a')].sort((a, b) => leftOf(a) - leftOf(b)))
    .filter((row) => row.length > 0)
  const all = rows.flat()
  const hold = (chosen: HTMLAnchorElement): void => all.forEach((slot) => (slot.tabIndex = slot === chosen ? 0 : -1))
  const first = all[0]
  if (first) hold(first)

  element.addEventListener('focusin', (event) => {
    if (event.target instanceof HTMLAnchorElement && all.includes(event.target)) hold(event.target)
  }, { signal: stop.signal })
  element.addEventListener('keydown', (event) => {
    const here = event.target as HTMLAnchorElement
    const next = toward(rows, here, event.key)
    if (!next) return
    event.preventDefault()
    next.focus()
  }, { signal: stop.signal })
  return () => stop.abort()
}

function leftOf(slot: HTMLElement): number {
  return parseFloat(slot.parentElement?.style.left ?? '0')
}

function toward(rows: HTMLAnchorElement[][], here: HTMLAnchorElement, key: string): HTMLAnchorElement | undefined {
  const at = rows.findIndex((row) => row.includes(here))
  const row = rows[at]
  if (!row) return undefined
  const column = row.indexOf(here)
  const nearest = (other: HTMLAnchorElement[] | undefined): HTMLAnchorElement | undefined =>
    other && [...other].sort((a, b) => Math.abs(leftOf(a) - leftOf(here)) - Math.abs(leftOf(b) - leftOf(here)))[0]
  switch (key) {
    case 'ArrowRight': return row[column + 1]
    case 'ArrowLeft': return row[column - 1]
    case 'Home': return row[0]
    case 'End': return row[row.length - 1]
    case 'ArrowDown': return nearest(rows[at + 1])
    case 'ArrowUp': return nearest(rows[at - 1])
    default: return undefined
  }
}
