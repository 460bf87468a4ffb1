import type * as Plot from '@observablehq/plot'
import type { MarkOptions, PlotOptions } from '@observablehq/plot'
import type { DayView } from '../ports/overview.ts'

/** What is said of a plot to whoever can't see it; `id` is the only one of its page. */
export interface PlotWords {
  readonly id: string
  readonly title: string
  /** The figures stand in a table beside it, so this is what one sees at a glance. */
  readonly description: string
}

/** A bar with its name. */
export interface Bar {
  readonly name: string
  readonly value: number
}

/** Draws plots as SVG. No attribute of it is a style, no colour is its own: `currentColor`, and `.series-N` of the style sheet. */
export interface Plots {
  /** What a list has, day by day. */
  readonly size: (days: readonly DayView[], words: PlotWords) => string
  /** What was added, upwards, and retired, downwards, on each day. */
  readonly changes: (days: readonly DayView[], words: PlotWords) => string
  readonly bars: (bars: readonly Bar[], words: PlotWords) => string
}

let loaded: Promise<Plots> | null = null

/** The library is loaded when it is first asked for; what went wrong is tried again the next time. */
export function loadPlots(): Promise<Plots> {
  return (loaded ??= openPlots().catch((error: unknown) => {
    loaded = null
    throw error
  }))
}

/** Begins to load it, so that whoever is about to look needn't wait. */
export function beginPlots(): void {
  // What goes wrong here goes wrong again for whoever looks, and is told then.
  loadPlots().catch(() => undefined)
}

type Drawing = typeof Plot

/** As far as a plot is finished here; linkedom's elements are no elements of a browser. */
interface SvgNode {
  readonly outerHTML: string
  readonly setAttribute: (name: string, value: string) => void
  readonly removeAttribute: (name: string) => void
  readonly remove: () => void
  readonly prepend: (...nodes: SvgNode[]) => void
  readonly querySelectorAll: (selector: string) => Iterable<SvgNode>
  textContent: string
}

interface Parsed {
  readonly document: SvgDocument
}

interface SvgDocument {
  readonly createElementNS: (namespace: string, name: string) => SvgNode
}

async function openPlots(): Promise<Plots> {
  const plot = await import('@observablehq/plot')
  const { parseHTML } = await import('linkedom')
  const { document } = parseHTML('<!doctype html><html></html>') as unknown as Parsed
  // Its types are those of a browser, which there is none of here.
  const make = plot.plot as unknown as (options: object) => SvgNode
  const draw = (options: PlotOptions, words: PlotWords): string =>
    finish(document, make({ ...FRAME, ...options, document }), words)
  const kept = new Kept()
  return {
    size: (days, words) =>
      kept.of(['size', days, words], () => draw(sizeOptions(plot, days), words)),
    changes: (days, words) =>
      kept.of(['changes', days, words], () => draw(changeOptions(plot, days), words)),
    bars: (bars, words) =>
      kept.of(['bars', bars, words], () => draw(barOptions(plot, bars), words)),
  }
}

const FRAME: PlotOptions = {
  ...{ width: 640, height: 220, marginLeft: 56, marginRight: 24, marginBottom: 32 },
}

/** Days without a year: in every language the same. */
const DAYS: NonNullable<PlotOptions['x']> = {
  type: 'utc',
  label: null,
  ticks: 8,
  tickFormat: '%m-%d',
}

/** The colour is the style sheet's: it is another one in the dark. */
function series(number: 1 | 2 | 3): MarkOptions {
  return { className: `series-${number}` }
}

function timeOf(day: string): Date {
  return new Date(`${day}T00:00:00Z`)
}

function sizeOptions(plot: Drawing, days: readonly DayView[]): PlotOptions {
  const known = days.flatMap(({ day, entries }) =>
    entries === null ? [] : [{ at: timeOf(day), entries }],
  )
  return {
    x: DAYS,
    y: { grid: true, zero: true, label: null, tickFormat: 's' },
    marks: [
      plot.ruleY([0]),
      plot.lineY(known, {
        ...{ x: 'at', y: 'entries', curve: 'step-after', stroke: 'currentColor' },
        ...series(1),
      }),
      plot.dot(known.slice(-1), { x: 'at', y: 'entries', fill: 'currentColor', ...series(1) }),
    ],
  }
}

function changeOptions(plot: Drawing, days: readonly DayView[]): PlotOptions {
  const bars = days.map(({ day, added, retired }) => ({
    at: timeOf(day),
    added,
    retired: -retired,
  }))
  const bar = { x: 'at', interval: 'day', fill: 'currentColor' } as const
  return {
    x: DAYS,
    y: { grid: true, label: null, tickFormat: 's' },
    marks: [
      plot.rectY(
        bars.filter(({ added }) => added > 0),
        { ...bar, y: 'added', ...series(3) },
      ),
      plot.rectY(
        bars.filter(({ retired }) => retired < 0),
        { ...bar, y: 'retired', ...series(2) },
      ),
      plot.ruleY([0]),
    ],
  }
}

function barOptions(plot: Drawing, bars: readonly Bar[]): PlotOptions {
  return {
    height: 40 + 28 * bars.length,
    marginLeft: 160,
    x: { grid: true, label: null, ticks: 5, tickFormat: 's', zero: true },
    y: { label: null, domain: bars.map(({ name }) => name) },
    marks: [
      plot.barX(bars, { x: 'value', y: 'name', fill: 'currentColor', ...series(1) }),
      plot.ruleX([0]),
    ],
  }
}

const SVG = 'http://www.w3.org/2000/svg'

/** Takes out what the pages' policy forbids, and says what it shows. */
function finish(
  document: SvgDocument,
  svg: SvgNode,
  { id, title, description }: PlotWords,
): string {
  for (const style of svg.querySelectorAll('style')) style.remove()
  for (const node of svg.querySelectorAll('*')) {
    node.removeAttribute('style')
    node.removeAttribute('aria-label')
    node.removeAttribute('aria-hidden')
  }
  svg.removeAttribute('style')
  const named = (name: string, text: string): SvgNode => {
    const node = document.createElementNS(SVG, name)
    node.setAttribute('id', `${id}-${name}`)
    node.textContent = text
    return node
  }
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-labelledby', `${id}-title ${id}-desc`)
  svg.setAttribute('class', 'plot')
  // In units of its width, which a page makes smaller.
  svg.setAttribute('font-size', '14')
  svg.prepend(named('title', title), named('desc', description))
  return svg.outerHTML
}

/** Plots that are kept; the oldest is forgotten. Drawing one takes some milliseconds. */
const MAX_KEPT = 200

class Kept {
  readonly #drawn = new Map<string, string>()

  of(what: readonly unknown[], draw: () => string): string {
    const key = JSON.stringify(what)
    const known = this.#drawn.get(key)
    if (known !== undefined) return known
    const drawn = draw()
    this.#drawn.set(key, drawn)
    const [oldest] = this.#drawn.keys()
    if (this.#drawn.size > MAX_KEPT && oldest !== undefined) this.#drawn.delete(oldest)
    return drawn
  }
}
