import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Plugin } from 'vite'

interface Sheet {
  parallels: [number, number]
  centre: [number, number]
  scale: number
  at: [number, number]
  sheet: { left: number; top: number; width: number; height: number }
  partners: string[]
}

interface Country {
  type: 'Feature'
  properties: { name: string }
  geometry: unknown
}

/** The land beyond this window is cut before projecting: whole-world geometry draws lines across at 180 degrees. */
const WINDOW = { west: -26, east: 62, south: 28, north: 73 }

const LAND = '#ecece6'
const PARTNER = '#dde5f0'
const BORDER = '#f7f7f3'
const GRID = '#e9eae4'

const FINE = 1.2
const SMALLEST = 3

function written(value: number): string {
  return `${value < 0 ? '' : ' '}${value}`.replace('0.', '.')
}

/** Path data in steps of half a pixel; what cannot be seen (tiny steps, rocks in the sea) is dropped. */
function thin(path: string): string {
  return path.split('M').filter(Boolean).map((ring) => {
    const points = ring.replace('Z', '').split('L').map((pair) => pair.split(',').map((value) => Math.round(Number(value) * 2) / 2) as [number, number])
    const kept = points.slice(0, 1)
    for (const point of points.slice(1)) {
      const last = kept.at(-1) as [number, number]
      if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= FINE) kept.push(point)
    }
    const wide = Math.max(...kept.map((point) => point[0])) - Math.min(...kept.map((point) => point[0]))
    const high = Math.max(...kept.map((point) => point[1])) - Math.min(...kept.map((point) => point[1]))
    if (wide + high < SMALLEST) return ''
    const [first, ...rest] = kept as [[number, number], ...[number, number][]]
    let before = first
    const steps = rest.map((point) => {
      const step = `${written(point[0] - before[0])}${written(point[1] - before[1])}`
      before = point
      return step
    })
    return `M${first[0]} ${first[1]}l${steps.join('').trim()}${ring.endsWith('Z') ? 'z' : ''}`
  }).join('')
}

interface Geo {
  geoConicConformal(): Projection
  geoPath(projection: Projection): (shape: unknown) => string | null
  geoGraticule(): { extent(e: [[number, number], [number, number]]): { step(s: [number, number]): () => unknown } }
}

interface Projection {
  parallels(p: [number, number]): Projection
  rotate(r: [number, number]): Projection
  center(c: [number, number]): Projection
  scale(s: number): Projection
  translate(t: [number, number]): Projection
  clipExtent(e: [[number, number], [number, number]]): Projection
  precision(p: number): Projection
}

function near(country: Country, bounds: (shape: unknown) => [[number, number], [number, number]]): boolean {
  const [[west, south], [east, north]] = bounds(country)
  return west < WINDOW.east && east > WINDOW.west && south < WINDOW.north && north > WINDOW.south && west <= east
}

async function draw(root: string): Promise<string> {
  const require = createRequire(join(root, 'package.json'))
  const geo = (await import('d3-geo' as string)) as unknown as Geo & { geoBounds: (shape: unknown) => [[number, number], [number, number]] }
  const { feature } = (await import('topojson-client' as string)) as { feature: (world: unknown, object: unknown) => { features: Country[] } }
  const world = JSON.parse(readFileSync(require.resolve('world-atlas/countries-50m.json'), 'utf8')) as { objects: { countries: unknown } }
  const set = JSON.parse(readFileSync(join(root, 'static/src/map/projection.json'), 'utf8')) as Sheet
  const { left, top, width, height } = set.sheet
  const projection = geo.geoConicConformal().parallels(set.parallels).rotate([-set.centre[0], 0]).center([0, set.centre[1]])
    .scale(set.scale).translate(set.at).clipExtent([[left, top], [left + width, top + height]]).precision(0.4)
  const path = geo.geoPath(projection)
  const countries = feature(world, world.objects.countries).features.filter((country) => near(country, geo.geoBounds) || country.properties.name === 'Russia')
  const shapes = (of: Country[]): string => of.map((country) => thin(path(country) ?? '')).join('')
  const partner = countries.filter((country) => set.partners.includes(country.properties.name))
  const grid = geo.geoGraticule().extent([[-60, 20], [80, 78]]).step([10, 10])()
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" stroke-linejoin="round">`,
    `<path d="${thin(path(grid) ?? '')}" fill="none" stroke="${GRID}"/>`,
    `<path d="${shapes(countries.filter((country) => !partner.includes(country)))}" fill="${LAND}" stroke="${BORDER}" stroke-width=".8"/>`,
    `<path d="${shapes(partner)}" fill="${PARTNER}" stroke="${BORDER}" stroke-width=".8"/></svg>`,
  ].join('')
}

/** The land under the home page's map, drawn at build time from world-atlas (public domain); nothing is fetched by a browser. */
export function europeMap(): Plugin {
  let root = process.cwd()
  return {
    name: 'lift-europe',
    configResolved(config) {
      root = config.root
    },
    async generateBundle() {
      this.emitFile({ type: 'asset', name: 'europe.svg', originalFileName: 'static/src/map/europe.svg', source: await draw(root) })
    },
  }
}
