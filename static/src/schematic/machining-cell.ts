import { drawBox, drawFloor, drawLabel, drawOutline, drawSlots, project, svg, type Box, type Stage } from './draw'

/** What the picture needs to know, 0 to 1 for travels. `twin` is where the computer copy has the head. */
export interface CellState {
  headDown: number
  tableRight: number
  twin: { headDown: number } | null
  cutting: boolean
  lamp: 'good' | 'att' | 'bad' | ''
  labels: Record<'spindle' | 'tool' | 'table' | 'head' | 'part', { name: string; value: string }>
  whereTwin: string
}

const WIDE: Stage = { scale: 11, left: 208, top: 138 }
const SMALL: Stage = { scale: 11, left: 96, top: 138 }

function head(down: number): Box {
  return { at: [5.2, 1.9, 6.8 - 2 * down], size: [3, 3.4, 2.4] }
}

function lamp(stage: Stage, state: CellState['lamp']): SVGElement {
  const [x, y] = project(stage, [6.7, 0.9, 10.4])
  return svg('g', {}, ...(['bad', 'att', 'good'] as const).map((tone, index) => svg('rect', {
    class: `l-schematic__lamp${tone === state ? ` is-${tone}` : ''}`, x: x - 5, y: y - 36 + 12 * index, width: 10, height: 10, rx: 2.5,
  })))
}

function sparks(stage: Stage, at: readonly [number, number, number]): SVGElement {
  const [x, y] = project(stage, at)
  const rays = [[-14, -3], [-11, 6], [12, 5], [15, -4], [-8, -9], [9, -9]] as const
  return svg('g', {}, ...rays.map(([dx, dy]) => svg('path', {
    class: 'l-schematic__spark', d: `M${x + dx * 0.55} ${y + dy * 0.55}L${x + dx} ${y + dy}`,
  })))
}

/** The whole picture; drawn anew at each change, about sixty elements. */
export function drawCell(state: CellState, compact: boolean): SVGElement {
  const stage = compact ? SMALL : WIDE
  const slide = -0.9 + 1.8 * state.tableRight
  const table: Box = { at: [1.9 + slide, 3, 2], size: [7.6, 3.6, 0.9] }
  const part: Box = { at: [5.6 + slide * 0.4, 3.9, 2.9], size: [2, 1.7, 1.1] }
  const now = head(state.headDown)
  const [hx, hy, hz] = now.at
  const spindle: Box = { at: [hx + 0.9, hy + 1.1, hz - 0.8], size: [1.2, 1.2, 0.8] }
  const tool: Box = { at: [hx + 1.3, hy + 1.5, hz - 1.7], size: [0.4, 0.4, 0.9] }
  const scene = [
    drawFloor(stage, { at: [-0.6, -0.6, 0], size: [12, 9.4, 10.2] }),
    drawBox(stage, { at: [0.6, 1.4, 0], size: [10, 6.6, 1] }),
    drawBox(stage, { at: [5, 0, 1], size: [3.4, 1.9, 9.2] }),
    lamp(stage, state.lamp),
    drawBox(stage, { at: [2.6, 2.4, 1], size: [6.4, 5, 1] }),
    drawBox(stage, table),
    drawSlots(stage, table, 4),
    drawBox(stage, part, 'l-schematic__live'),
    ...(state.cutting ? [sparks(stage, [part.at[0] + 1, part.at[1] + 0.8, 4])] : []),
    drawBox(stage, tool, 'l-schematic__live'),
    drawBox(stage, spindle),
    drawBox(stage, now),
    ...(state.twin ? [drawOutline(stage, head(state.twin.headDown))] : []),
  ]
  const { labels } = state
  const words = compact ? [] : [
    drawLabel(stage, labels.head.name, labels.head.value, [hx + 0.5, hy + 3.4, hz + 1.6], [94, 108], 'left'),
    drawLabel(stage, labels.part.name, labels.part.value, [part.at[0] + 0.3, part.at[1] + 1.7, 3.4], [94, 172], 'left'),
    drawLabel(stage, labels.spindle.name, labels.spindle.value, [hx + 3, hy + 1.6, hz + 1], [338, 66], 'right'),
    drawLabel(stage, labels.tool.name, labels.tool.value, [tool.at[0] + 0.4, tool.at[1] + 0.2, tool.at[2] + 0.4], [338, 124], 'right'),
    drawLabel(stage, labels.table.name, labels.table.value, [table.at[0] + 7, table.at[1] + 3, 2.9], [338, 182], 'right'),
    ...(state.twin ? [
      svg('path', { class: 'l-schematic__twin', d: 'M6 244h24' }),
      svg('text', { class: 'is-twin', x: 38, y: 248 }, state.whereTwin),
    ] : []),
  ]
  return svg('svg', { viewBox: compact ? '0 0 204 256' : '0 0 436 256', 'aria-hidden': 'true' }, ...scene, ...words)
}
