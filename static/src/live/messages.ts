/**
 * What the streams of a bench say, as the browser reads it. Instants are seconds since 1970 in platform time, as in the
 * gateway's contract; a missing value is null and never filled in.
 */
export type Value = number | boolean | string | null

/** Event `telemetry`: columns of one asset. `twin` has the same names, computed for the same times. */
export interface Telemetry {
  asset?: string
  times: number[]
  variables: Record<string, Value[]>
  twin?: Record<string, Value[]>
  period?: number
}

/** Event `twin`: what the computer copy says, at its own times (it runs on through a gap). */
export interface TwinTelemetry {
  times: number[]
  variables: Record<string, Value[]>
}

/** Event `gap`: no samples exist between the two instants. */
export interface Gap {
  start: number
  end: number
}

/** Event `mark`. */
export interface Mark {
  at: number
  label: string
}

/** Event `state`: what a value is worth now. */
export interface State {
  quality: 'live' | 'simulated' | 'stale'
  since?: number
}

export interface LiveMessage {
  event: string
  data: unknown
}

/** Hears one kind of event of the page's feed until `signal` ends. */
export function onLive<T>(event: string, hear: (data: T) => void, signal?: AbortSignal): void {
  document.addEventListener('lift:live', (raw) => {
    const message = (raw as CustomEvent<LiveMessage>).detail
    if (message.event === event) hear(message.data as T)
  }, signal ? { signal } : {})
}

export function tell(event: string, data: unknown): void {
  document.dispatchEvent(new CustomEvent<LiveMessage>('lift:live', { detail: { event, data } }))
}

/** The JSON in the element's own `<script type="application/json">`. */
export function configOf<T>(element: HTMLElement): T {
  const script = element.querySelector<HTMLScriptElement>('script[type="application/json"]')
  if (!script) throw new Error(`${element.dataset['island'] ?? 'island'}: no configuration inside the element`)
  return JSON.parse(script.textContent ?? '') as T
}

/** Fills `{name}` in a translated sentence. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole))
}

/** Clock times in the lab's zone. */
export function clock(zone: string, locale: string, seconds = true): (instant: number) => string {
  const format = new Intl.DateTimeFormat(locale, {
    timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(seconds ? { second: '2-digit' as const } : {}),
  })
  return (instant) => format.format(instant * 1000)
}
