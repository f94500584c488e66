/** A small isometric helper: boxes of four greys. x runs to the lower right, y to the lower left, z up. */
export type Point = readonly [number, number, number]

export interface Box {
  at: Point
  size: Point
}

const COS = Math.cos(Math.PI / 6)
const SIN = 0.5
const NAMES = 'http://www.w3.org/2000/svg'

export interface Stage {
  scale: number
  left: number
  top: number
}

export function project(stage: Stage, [x, y, z]: Point): [number, number] {
  return [stage.left + (x - y) * COS * stage.scale, stage.top + ((x + y) * SIN - z) * stage.scale]
}

export function svg(name: string, attributes: Record<string, string | number>, ...children: (Node | string)[]): SVGElement {
  const element = document.createElementNS(NAMES, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  element.append(...children)
  return element
}

function path(stage: Stage, points: readonly Point[], close = true): string {
  const line = points.map((point, index) => {
    const [x, y] = project(stage, point)
    return `${index ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`
  })
  return line.join('') + (close ? 'Z' : '')
}

/** The three faces that are seen: top (lightest), left, right (darkest). */
export function drawBox(stage: Stage, { at: [x, y, z], size: [w, d, h] }: Box, classes = ''): SVGElement {
  const top: Point[] = [[x, y, z + h], [x + w, y, z + h], [x + w, y + d, z + h], [x, y + d, z + h]]
  const left: Point[] = [[x, y + d, z + h], [x + w, y + d, z + h], [x + w, y + d, z], [x, y + d, z]]
  const right: Point[] = [[x + w, y, z + h], [x + w, y + d, z + h], [x + w, y + d, z], [x + w, y, z]]
  return svg(
    'g', { class: classes },
    svg('path', { class: 'l-schematic__edge l-schematic__f2', d: path(stage, left) }),
    svg('path', { class: 'l-schematic__edge l-schematic__f3', d: path(stage, right) }),
    svg('path', { class: 'l-schematic__edge l-schematic__f1', d: path(stage, top) }),
  )
}

/** Outline of a box as it is seen: where the twin is. */
export function drawOutline(stage: Stage, { at: [x, y, z], size: [w, d, h] }: Box): SVGElement {
  const points: Point[] = [[x, y, z + h], [x + w, y, z + h], [x + w, y, z], [x + w, y + d, z], [x, y + d, z], [x, y + d, z + h]]
  return svg('path', { class: 'l-schematic__twin', d: path(stage, points) })
}

/** Lines across the top of a box: the slots of a table. */
export function drawSlots(stage: Stage, { at: [x, y, z], size: [w, d, h] }: Box, count: number): SVGElement {
  const lines = Array.from({ length: count }, (_unused, index) => {
    const along = y + (d * (index + 1)) / (count + 1)
    return svg('path', { class: 'l-schematic__edge', fill: 'none', d: path(stage, [[x, along, z + h], [x + w, along, z + h]], false) })
  })
  return svg('g', {}, ...lines)
}

export function drawFloor(stage: Stage, { at: [x, y, z], size: [w, d, h] }: Box): SVGElement {
  const points: Point[] = [[x, y, z + h], [x + w, y, z + h], [x + w, y, z], [x + w, y + d, z], [x, y + d, z], [x, y + d, z + h]]
  return svg('path', { class: 'l-schematic__floor', d: path(stage, points) })
}

/** A label at the side with a thin line to what it names. */
export function drawLabel(stage: Stage, name: string, value: string, at: Point, text: [number, number], side: 'left' | 'right'): SVGElement {
  const [x, y] = project(stage, at)
  const anchor = side === 'left' ? 'end' : 'start'
  const from = side === 'left' ? text[0] + 6 : text[0] - 6
  return svg(
    'g', {},
    svg('path', { class: 'l-schematic__lead', d: `M${from} ${text[1] - 4}L${x.toFixed(1)} ${y.toFixed(1)}` }),
    svg('circle', { class: 'l-schematic__dot', cx: x.toFixed(1), cy: y.toFixed(1), r: 2.6 }),
    svg('text', { x: text[0], y: text[1], 'text-anchor': anchor }, name),
    svg('text', { class: 'is-value', x: text[0], y: text[1] + 16, 'text-anchor': anchor }, value),
  )
}
