import type { ImportRequest, ImportView } from '../ports/imports.ts'
import type { OutcomeView } from '../ports/proposals.ts'
import {
  IMPORT_PREVIEW,
  MAX_IMPORT_BYTES,
  PREVIEW_TEXT,
  PREVIEW_UPLOAD,
  PROPOSE_IMPORT,
  REFUSED_TEXT,
} from './import-schemas.ts'
import { operation, type AnyOperation } from './operation.ts'
import { OUTCOME } from './proposal-schemas.ts'

const TAG = 'imports'

interface OfImport {
  readonly params: { readonly import: string }
}

type Terms = Omit<ImportRequest, 'format'> & { readonly format?: string }

const READ_FAULTS = [
  ...(['user/refused', 'list/not-found', 'usage/invalid', 'entry/invalid'] as const),
  ...(['import/compressed', 'import/conflict-markers', 'import/cut', 'import/empty'] as const),
  ...(['import/encoding', 'import/no-line-ends', 'import/not-a-list'] as const),
  ...(['import/too-large', 'import/shrunk', 'proposal/incomplete'] as const),
] as const

/** What is wrong with a file is said beside it. */
const READ_PLACES = {
  'user/refused': '/list',
  'list/not-found': '/list',
  'usage/invalid': '/format',
  'entry/invalid': '/category',
  'import/compressed': '/text',
  'import/conflict-markers': '/text',
  'import/cut': '/text',
  'import/empty': '/text',
  'import/encoding': '/text',
  'import/no-line-ends': '/text',
  'import/not-a-list': '/text',
  'import/too-large': '/text',
  'import/shrunk': '/acceptShrink',
} as const

export const PREVIEW_IMPORT = operation<
  { body: Terms & { readonly text: string; readonly name?: string } },
  ImportView
>({
  ...{ id: 'previewImport', method: 'post', path: '/v1/imports', tag: TAG, act: 'propose-add' },
  summary: 'Reads a file, and tells what it would do to a list; nothing is proposed',
  body: PREVIEW_TEXT,
  maxBodyBytes: MAX_IMPORT_BYTES,
  answer: IMPORT_PREVIEW,
  faults: READ_FAULTS,
  places: READ_PLACES,
  run: async (desk, { person, body: { text, name = '', format = 'auto', ...terms }, at }) => {
    const file = { list: terms.list, name, chunks: oneChunk(text) }
    const { import: id } = await desk.imports.receive(person, file, at)
    try {
      return await desk.imports.preview(person, { ...terms, format, import: id }, at)
    } catch (error) {
      // Whoever asks again brings the text again.
      desk.imports.discard(person, id, at)
      throw error
    }
  },
})

// eslint-disable-next-line @typescript-eslint/require-await -- a file comes in chunks; a text is there at once
async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

export const PREVIEW_RECEIVED = operation<OfImport & { body: Terms }, ImportView>({
  ...{ id: 'previewImportAgain', method: 'post', path: '/v1/imports/{import}/preview', tag: TAG },
  ...{ act: 'propose-add', summary: 'Reads an uploaded file otherwise than before' },
  body: PREVIEW_UPLOAD,
  answer: IMPORT_PREVIEW,
  faults: ['import/not-found', ...READ_FAULTS],
  places: READ_PLACES,
  run: (desk, { person, params, body: { format = 'auto', ...terms }, at }) =>
    desk.imports.preview(person, { ...terms, format, import: params.import }, at),
})

export const SHOW_IMPORT = operation<OfImport, ImportView>({
  ...{ id: 'showImport', method: 'get', path: '/v1/imports/{import}', tag: TAG },
  ...{ act: 'propose-add', summary: 'What an uploaded file would do, as it was shown' },
  answer: IMPORT_PREVIEW,
  faults: ['import/not-found'],
  run: (desk, { person, params, at }) => desk.imports.find(person, params.import, at),
})

export const SHOW_REFUSED = operation<OfImport, { readonly text: string }>({
  ...{ id: 'showRefusedLines', method: 'get', path: '/v1/imports/{import}/refused', tag: TAG },
  ...{ act: 'propose-add', summary: 'All lines of which nothing came' },
  answer: REFUSED_TEXT,
  faults: ['import/not-found'],
  run: (desk, { person, params, at }) => {
    const chunks = desk.imports.refusedText(person, params.import, at)
    // A chunk is good until the next is asked for.
    const parts = [...mapped(chunks, (chunk) => Buffer.from(chunk))]
    return { text: Buffer.concat(parts).toString('utf8') }
  },
})

function* mapped<T, U>(values: Iterable<T>, map: (value: T) => U): Generator<U> {
  for (const value of values) yield map(value)
}

interface ProposeBody {
  readonly digest: string
  readonly acknowledge?: readonly string[]
}

export const PROPOSE_SEEN = operation<OfImport & { body: ProposeBody }, OutcomeView>({
  ...{ id: 'proposeImport', method: 'post', path: '/v1/imports/{import}/proposal', tag: TAG },
  ...{ act: 'propose-add', summary: 'Proposes what was seen, and takes the upload away' },
  body: PROPOSE_IMPORT,
  answer: OUTCOME,
  faults: [
    ...(['import/not-found', 'import/changed', 'import/repeated', 'user/refused'] as const),
    ...(['guard/stopped', 'proposal/incomplete', 'import/shrunk'] as const),
  ],
  run: (desk, { person, params, body: { digest, acknowledge = [] }, at }) =>
    desk.imports.propose(person, { import: params.import, digest, acknowledge }, at),
})

export const DISCARD_IMPORT = operation<OfImport, null>({
  ...{ id: 'discardImport', method: 'delete', path: '/v1/imports/{import}', tag: TAG },
  ...{ act: 'propose-add', summary: 'Takes an upload away' },
  answer: null,
  faults: ['import/not-found'],
  run: (desk, { person, params, at }) => {
    desk.imports.discard(person, params.import, at)
    return null
  },
})

export const IMPORT_OPERATIONS: readonly AnyOperation[] = [
  ...[PREVIEW_IMPORT, PREVIEW_RECEIVED, SHOW_IMPORT, SHOW_REFUSED, PROPOSE_SEEN, DISCARD_IMPORT],
]
