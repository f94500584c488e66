/** The hidden fields that every form of LIFT carries. */
function hidden(form: HTMLFormElement): URLSearchParams {
  const body = new URLSearchParams()
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.append(name, value)
  return body
}

export interface Answer {
  ok: boolean
  /** The reason in the reader's language, '' when it went well. */
  reason: string
}

/** Sends a form without leaving the page. A refusal comes back as its sentence (RFC 9457 `detail`). */
export async function post(form: HTMLFormElement, more: Record<string, string> = {}): Promise<Answer> {
  const body = hidden(form)
  for (const [name, value] of Object.entries(more)) body.set(name, value)
  const response = await fetch(form.action, {
    method: 'POST', body, credentials: 'same-origin', redirect: 'manual', headers: { Accept: 'application/problem+json, application/json' },
  })
  if (response.ok || response.type === 'opaqueredirect') return { ok: true, reason: '' }
  const problem = (await response.json().catch(() => ({}))) as { detail?: string; title?: string }
  return { ok: false, reason: problem.detail ?? problem.title ?? String(response.status) }
}
