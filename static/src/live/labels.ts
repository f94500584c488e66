import type { Label } from './panel'

const APART = 16

/** Moves labels apart so that none covers another, keeping their order and staying inside the panel's height. */
export function spread(labels: readonly Label[], height: number): Label[] {
  const sorted = [...labels].sort((a, b) => a.y - b.y)
  let before = -Infinity
  for (const label of sorted) {
    label.y = Math.max(label.y, before + APART)
    before = label.y
  }
  let after = height
  for (const label of sorted.toReversed()) {
    label.y = Math.min(label.y, after)
    after = label.y - APART
  }
  return sorted
}
