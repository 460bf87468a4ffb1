import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { PublicDefinition } from '../../src/core/list-definition.ts'
import {
  renderExport,
  type ExportFormat,
  type ExportSource,
  type ExportSummary,
} from '../../src/formats/render-export.ts'
import { blocksOf, sortLines } from './lines.ts'

export const DEFINITION: PublicDefinition = {
  id: 'phishing',
  title: 'Phishing warning list',
  description: '',
  authority: 'Example CERT',
  visibility: 'public',
  legalBasis: '',
  categories: [],
  action: { type: 'nxdomain', to: [] },
  zone: {
    origin: 'phishing.rpz.example',
    ttl: 300,
    refresh: 300,
    retry: 60,
    expire: 2_419_200,
    zonemd: false,
  },
  steering: null,
}

/** A list of snapshot lines, sorted here, in blocks that are cut at `cuts`. */
export function exportSource(
  lines: readonly string[],
  definition: Partial<PublicDefinition> = {},
  cuts: readonly number[] = [],
): ExportSource {
  const sorted = sortLines(lines)
  const state = createHash('sha256')
  for (const line of sorted) state.update(`${line}\n`)
  return {
    definition: { ...DEFINITION, ...definition },
    serial: 42,
    state: state.digest('hex'),
    entries: sorted.length,
    lines: () => blocksOf(sorted, cuts),
  }
}

export interface Rendered {
  readonly text: string
  /** Without header and other comments. */
  readonly lines: readonly string[]
  readonly summary: ExportSummary
}

export function render(format: ExportFormat, source: ExportSource): Rendered {
  const blocks: Uint8Array[] = []
  const rendering = renderExport(format, source)
  for (;;) {
    const step = rendering.next()
    if (step.done === true) {
      const text = Buffer.concat(blocks).toString('latin1')
      const lines = text.split('\n').filter((line) => line !== '' && !/^[#!;]/.test(line))
      return { text, lines, summary: step.value }
    }
    blocks.push(step.value)
  }
}

/** `value kind [action [category reference]]` with spaces, as a snapshot line. */
export function line(text: string): string {
  const [value = '', kind = '', action = 'nxdomain', category = '-', reference = '-'] =
    text.split(' ')
  return [value, kind, action, category, reference].join('\t')
}

const arbAction = fc.constantFrom('drop', 'nodata', 'nxdomain', 'passthru', 'redirect', 'tcp-only')

/** Names that mostly stand below and beside each other. */
export const arbNestedName: fc.Arbitrary<string> = fc
  .array(fc.constantFrom('a', 'b', 'c', '_d', 'e-'), { minLength: 1, maxLength: 4 })
  .map((labels) => [...labels, 'example'].join('.'))

const arbNameLine = fc
  .tuple(arbNestedName, fc.constantFrom('domain', 'host', 'subdomains'))
  .map(([name, kind]) => `${name}\t${kind}`)

const arbUrl = fc
  .tuple(
    arbNestedName,
    fc.constantFrom('', ':8080'),
    fc.constantFrom('/', '/a', '/a/*', '/?q="x,y"', '/%20%C3%A9', '/(a+b)[0]'),
  )
  .map(([host, port, path]) => `${host}${port}${path}\turl`)

const arbIp = fc
  .constantFrom('192.0.2.0/24', '192.0.2.1', '2001:db8::', '2001:db8::/48', '2001:db8::1:0:0:1')
  .map((value) => `${value}\tip`)

function linesOf(
  keys: fc.Arbitrary<string>,
  actions: fc.Arbitrary<string>,
): fc.Arbitrary<string[]> {
  const arbLine = fc.tuple(keys, actions, fc.constantFrom('-\t-', 'phishing\tK7M29QXT'))
  return fc
    .uniqueArray(arbLine, { maxLength: 25, selector: ([key]) => key })
    .map((lines) => sortLines(lines.map((fields) => fields.join('\t'))))
}

/** Lists of names, of one action or of several. */
export const arbNames: fc.Arbitrary<string[]> = fc.oneof(
  linesOf(arbNameLine, arbAction),
  linesOf(arbNameLine, fc.constantFrom('nxdomain', 'passthru')),
  linesOf(arbNameLine, fc.constant('nxdomain')),
)

/** Lists of everything there is. */
export const arbList: fc.Arbitrary<string[]> = linesOf(
  fc.oneof({ weight: 4, arbitrary: arbNameLine }, arbUrl, arbIp),
  arbAction,
)
