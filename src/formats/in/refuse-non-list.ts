import { Fault } from '../../core/fault.ts'
import { decodeLine } from './intake.ts'
import type { ImportReport, LineFinding } from './import-report.ts'
import { MAX_LINE } from './scan-lines.ts'

/** How much of the beginning of an input is looked at before anything is read. */
export const HEAD_BYTES = MAX_LINE

/** A list may have this share of refused lines; more of them mean that it is no list of the format, or none at all. */
export const MAX_REFUSED_SHARE = 0.25
/** So few refused lines do not condemn a list that has as many good ones. */
const FEW_REFUSED = 3
/** From this many entries on, a last line that has no line feed and ends as no other entry does is taken for cut off. */
export const MANY_ENTRIES = 1000

const COMPRESSED: readonly (readonly [name: string, magic: readonly number[], cure: string])[] = [
  ['gzip', [0x1f, 0x8b], 'gzip -dc'],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd], 'zstd -dc'],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz -dc'],
  ['bzip2', [0x42, 0x5a, 0x68], 'bzip2 -dc'],
  ['zip', [0x50, 0x4b, 0x03, 0x04], 'unzip -p'],
]

/** Throws an `import/…` fault when the beginning shows that this is no list of text. `head` is decoded already. */
export function refuseByHead(head: Uint8Array, isWhole: boolean): void {
  refuseCompressed(head)
  refuseBinary(head)
  const text = decodeLine(head, 0, Math.min(head.length, 4096)).trimStart()
  if (isWhole && text === '') throw new Fault('import/empty', 'expected a list, got nothing at all')
  if (/^<(?:!doctype|html|head|body|\?xml|!--|title|script|error|center|h\d)[\s>]/i.test(text)) {
    throw new Fault(
      'import/not-a-list',
      `expected a list, got a web page or XML document that begins with ${quote(text)}`,
    )
  }
  // JSON needs no line ends.
  if (!isWhole && !head.includes(0x0a) && !/^[{[]/.test(text)) refuseOneLine(head.length)
}

function refuseCompressed(head: Uint8Array): void {
  for (const [name, magic, cure] of COMPRESSED) {
    if (magic.every((byte, i) => head[i] === byte)) {
      throw new Fault(
        'import/compressed',
        `expected a list as text, got ${name} data (decompress it first: ${cure} FILE | bailiwick …)`,
      )
    }
  }
}

function refuseBinary(head: Uint8Array): void {
  let even = 0
  let odd = 0
  let controls = 0
  for (let i = 0; i < head.length; i++) {
    const byte = head[i] ?? 0
    if (byte === 0 && i % 2 === 0) even++
    else if (byte === 0) odd++
    else if (byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1b) controls++
  }
  if (even + odd === 0 && controls * 100 <= head.length) return
  const isUtf16 = Math.max(even, odd) * 4 > head.length && Math.min(even, odd) * 50 < head.length
  throw new Fault(
    'import/encoding',
    isUtf16
      ? 'expected UTF-8 text, got what looks like UTF-16 without a byte order mark (convert it first: iconv -f UTF-16)'
      : 'expected UTF-8 text, got binary data',
  )
}

function refuseOneLine(bytes: number): never {
  throw new Fault(
    'import/no-line-ends',
    `expected one entry a line, got ${bytes} bytes without a line feed: have the line ends been lost?`,
  )
}

/** Throws `import/conflict-markers` when the line is a marker that git leaves in a file with a conflict. */
export function assertNoConflictMarker(
  bytes: Uint8Array,
  from: number,
  to: number,
  line: number,
): void {
  const text = decodeLine(bytes, from, Math.min(to, from + 80))
  if (!/^(?:<{7}|>{7})(?: |$)/.test(text)) return
  throw new Fault(
    'import/conflict-markers',
    `expected a list, got the merge conflict marker ${quote(text)} at line ${line}: two versions of the list are mixed in this file`,
  )
}

/** What the end of an input shows. */
export interface InputEnd {
  /** The last line that was refused or unsupported. */
  readonly lastFinding: LineFinding | undefined
  /** Whether the last line made an entry, without a line feed behind it, that is hardly a whole one. */
  readonly endsOddly: () => boolean
}

/** Throws an `import/…` fault when what was read shows that this is no list, or not all of it. */
export function refuseByReport(report: ImportReport, end: InputEnd): void {
  refuseCut(report, end)
  const { accepted, refused, unsupported, lines, bytes, format } = report
  const first = report.samples.find(({ verdict }) => verdict === 'refused')
  const example = first ? `; line ${first.line} is ${quote(first.text)} (${first.reason})` : ''
  if (accepted === 0 && refused.count > 0) {
    if (lines === 1 && bytes > 1000) refuseOneLine(bytes)
    throw new Fault(
      'import/not-a-list',
      `expected a list, got no line that can be read as ${format}${example}`,
    )
  }
  if (accepted === 0) {
    throw new Fault(
      'import/empty',
      `expected entries, got ${lines} lines without any (${unsupported.count} of them say what no entry can)`,
    )
  }
  const read = accepted + refused.count + unsupported.count
  if (refused.count > FEW_REFUSED && refused.count > read * MAX_REFUSED_SHARE) {
    throw new Fault(
      'import/not-a-list',
      `expected a list in the format ${format}, got ${refused.count} of ${read} lines that are no entry${example}`,
    )
  }
}

/** docs/spec/import.md §4: when the last line has no line feed, is it all there? */
function refuseCut({ hasFinalNewline, lines }: ImportReport, end: InputEnd): void {
  if (hasFinalNewline || lines < 2) return
  const finding = end.lastFinding?.line === lines ? end.lastFinding : undefined
  if (finding === undefined && !end.endsOddly()) return
  const how = finding ? `is ${quote(finding.text)} (${finding.reason})` : 'ends as no other does'
  throw new Fault(
    'import/cut',
    `expected a whole list, got one whose last line ${lines} has no line feed and ${how}: it has been cut off`,
  )
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60))
}
