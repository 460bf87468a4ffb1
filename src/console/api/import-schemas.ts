import { ENTRY_KINDS } from '../../core/entry.ts'
import { IMPORT_MODES } from '../../curation/plan-import.ts'
import { UPLOAD_LIMITS } from '../limits.ts'
import {
  answerOf,
  bodyOf,
  COUNT,
  INSTANT,
  LIST_ID,
  listOf,
  SHA256,
  TEXT,
  words,
  YES_NO,
} from './body-of.ts'
import type { Schema } from './operation.ts'
import { FINDING, IMPACT } from './proposal-schemas.ts'

const IMPORT_ID: Schema = { type: 'string', pattern: '^[0-9a-f]{32}$' }

/** Bytes of a body that has a whole file as text; what JSON must escape takes more. */
export const MAX_IMPORT_BYTES = UPLOAD_LIMITS.bytes + 512 * 1024

const MODE: Schema = {
  enum: IMPORT_MODES,
  description: '`mirror` also retires what the file lacks, and amends what it says otherwise',
}

const COUNTS = answerOf('LineCounts', {
  count: COUNT,
  byReason: listOf(answerOf('LineReason', { reason: TEXT, count: COUNT })),
})

export const IMPORT_PREVIEW = answerOf('ImportPreview', {
  ...{ import: IMPORT_ID, list: LIST_ID, name: TEXT, bytes: COUNT, sha256: SHA256, until: INSTANT },
  ...{ format: TEXT, lines: COUNT, reason: TEXT, category: TEXT, accepted: COUNT },
  duplicates: answerOf('ImportDuplicates', { inFile: COUNT, listed: COUNT }),
  covered: answerOf('ImportCovered', { inFile: COUNT, byList: COUNT }),
  ...{ mode: MODE, retired: COUNT, amended: COUNT, retiredSamples: listOf(TEXT) },
  ...{ added: COUNT, leftOut: COUNT, refused: COUNTS, unsupported: COUNTS },
  samples: listOf(
    answerOf('RefusedLine', {
      ...{ line: COUNT, verdict: { enum: ['refused', 'unsupported'] }, reason: TEXT, text: TEXT },
    }),
  ),
  ...{ findings: listOf(FINDING), impact: IMPACT, digest: SHA256 },
})

const SHORT: Schema = { type: 'string', maxLength: 80 }
const SHORT_REASON: Schema = words(4000)
const WORDS: Schema = { type: 'string', maxLength: 4000 }

const TERMS = {
  ...{ list: LIST_ID, format: SHORT, reason: words(4000), kind: { enum: ENTRY_KINDS } },
  ...{ category: SHORT, basis: WORDS, evidence: WORDS, leaveOut: YES_NO },
  mode: MODE,
  acceptShrink: {
    ...SHORT_REASON,
    description: 'Why a mirror may lose as much of the list as its guard doesn’t let it',
  },
  evidenceSha256: { anyOf: [SHA256, { const: '' }] },
} satisfies Record<string, Schema>

const OPTIONAL = [
  'format',
  'kind',
  'category',
  'basis',
  'evidence',
  'evidenceSha256',
  'leaveOut',
  'mode',
  'acceptShrink',
]

/** Of a file that was received before. */
export const PREVIEW_UPLOAD = bodyOf(TERMS, OPTIONAL)

export const PREVIEW_TEXT = bodyOf(
  {
    ...TERMS,
    text: { ...words(UPLOAD_LIMITS.bytes), description: 'The file' },
    name: { type: 'string', maxLength: 255, description: 'Its name, to be shown' },
  },
  [...OPTIONAL, 'name'],
)

export const PROPOSE_IMPORT = bodyOf(
  {
    digest: { ...SHA256, description: 'Of what was seen' },
    acknowledge: { ...listOf({ type: 'string', maxLength: 60 }), maxItems: 50 },
  },
  ['acknowledge'],
)

export const REFUSED_TEXT = answerOf('RefusedLines', {
  text: { type: 'string', description: 'A line for each: line, verdict, reason and text, by tabs' },
})
