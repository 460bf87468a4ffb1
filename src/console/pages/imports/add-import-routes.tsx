import type { Context, Hono } from 'hono'
import { Fault } from '../../../core/fault.ts'
import { isServerFault, problemOf } from '../../../platform/problem.ts'
import { PREVIEW_IMPORT, PREVIEW_RECEIVED } from '../../api/import-operations.ts'
import type { Operation } from '../../api/operation.ts'
import { perform } from '../../api/perform.ts'
import { authenticate, type Caller } from '../../authenticate.ts'
import { MAX_BODY_BYTES, MAX_UPLOAD_BYTES } from '../../limits.ts'
import { readBytes } from '../../read-body.ts'
import { readMultipart, type FormPart } from '../../read-multipart.ts'
import { assertOrigin } from '../../session-routes.ts'
import {
  assertToken,
  answerPage,
  goOn,
  readForm,
  refusedOf,
  showAgain,
  type PageFrame,
} from '../add-pages.tsx'
import { FormFields } from '../form-fields.ts'
import { IMPORT_PAGE, IMPORT_PATH } from './import-form.tsx'
import { PREVIEW_PAGE } from './import-preview.tsx'

/** Bytes of a field that is no file; of the text that stands for one. */
const MAX_FIELD_BYTES = 64 * 1024
const MAX_TEXT_BYTES = 4 * 1024 * 1024

/** What the pages of an import need beside pages and forms: a file that comes, and one that goes. */
export function addImportRoutes(app: Hono, frame: PageFrame): void {
  app.post(IMPORT_PATH, (c) => takeFile(frame, c))
  app.get(`${PREVIEW_PAGE.path}/refused`, (c) => giveRefused(frame, c))
}

async function takeFile(frame: PageFrame, c: Context): Promise<Response> {
  const { deps } = frame
  const caller = await authenticate(deps, c.req.raw.headers)
  if (caller === null) return answerPage(frame, IMPORT_PAGE, c)
  const read = new URLSearchParams()
  try {
    await readFields(frame, c, { caller, read })
    const fields = new FormFields(read)
    assertToken(c, fields.text('token'))
    const upload = fields.text('upload')
    const isText = fields.text('text') !== ''
    if (upload === '' && !isText) throw nothing()
    const [operation, params] = isText
      ? [PREVIEW_IMPORT, {}]
      : [PREVIEW_RECEIVED, { import: upload }]
    const { answer } = await perform(deps, operation as unknown as Operation, {
      ...{ person: caller.person, address: deps.addressOf(c), params },
      body: { ...termsOf(fields), ...(isText && { text: read.get('text') }) },
      // To look twice does nothing twice.
      ...{ query: new URLSearchParams(), tag: null, idempotencyKey: null },
    })
    return goOn(c, { to: `${IMPORT_PATH}/${(answer as { import: string }).import}` })
  } catch (error) {
    if (isServerFault(error)) deps.onFault(error)
    const where = { fields: { '/text': read.get('upload') === null ? 'text' : 'file' } }
    const refused = refusedOf(where, c, new FormFields(read), problemOf(error))
    return showAgain(frame, IMPORT_PAGE, { c, caller, refused })
  }
}

function nothing(): Fault {
  const detail = 'expected a file, or its lines, got neither'
  return new Fault('import/empty', detail, { places: [{ path: '/text', detail }] })
}

interface Reading {
  readonly caller: Caller
  /** Gets the fields, as they come: what was read before a fault is shown again. */
  readonly read: URLSearchParams
}

/** The fields, and the file as an upload: `upload` is its id then. */
async function readFields(frame: PageFrame, c: Context, { caller, read }: Reading): Promise<void> {
  assertOrigin(frame.deps, c)
  const contentType = c.req.header('content-type') ?? ''
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    // What no browser sends of this form, and programs may: small lists.
    const plain = await readForm(frame, c, 3 * MAX_BODY_BYTES)
    for (const [name, value] of plain.entries()) read.append(name, value)
    return
  }
  const { body } = c.req.raw
  if (body === null) throw nothing()
  for await (const part of readMultipart({ body, contentType }, MAX_UPLOAD_BYTES)) {
    if (part.fileName === null) {
      const max = part.name === 'text' ? MAX_TEXT_BYTES : MAX_FIELD_BYTES
      read.append(part.name, new TextDecoder().decode(await readBytes(part.chunks, max)))
      continue
    }
    // Whoever made the form must be known before a byte of the file is kept.
    assertToken(c, read.get('token') ?? '')
    await receive(frame, part, { caller, read })
  }
}

/** A browser sends an empty file where none was chosen. */
async function receive(
  { deps }: PageFrame,
  { fileName, chunks }: FormPart,
  { caller: { person }, read }: Reading,
): Promise<void> {
  const { imports } = deps.desk
  const at = deps.now()
  if (fileName === '') return
  const file = { list: read.get('list') ?? '', name: fileName ?? '', chunks }
  const received = await imports.receive(person, file, at)
  if (received.bytes === 0) imports.discard(person, received.import, at)
  else {
    read.set('upload', received.import)
    read.set('uploadName', fileName ?? '')
  }
}

function termsOf(fields: FormFields): object {
  const sha256 = fields.text('evidenceSha256').toLowerCase()
  return {
    ...{ list: fields.text('list'), reason: fields.text('reason') },
    ...fields.optional('format'),
    ...fields.optional('kind'),
    ...fields.optional('mode'),
    ...fields.optional('acceptShrink'),
    ...fields.optional('category'),
    ...fields.optional('basis'),
    ...fields.optional('evidence'),
    ...(sha256 !== '' && { evidenceSha256: sha256 }),
    ...(fields.isTicked('leaveOut') && { leaveOut: true }),
  }
}

/** All lines of which nothing came, as a file. */
async function giveRefused(frame: PageFrame, c: Context): Promise<Response> {
  const { deps } = frame
  const caller = await authenticate(deps, c.req.raw.headers)
  if (caller === null) return answerPage(frame, PREVIEW_PAGE, c)
  try {
    const id = c.req.param('import') ?? ''
    const chunks = deps.desk.imports.refusedText(caller.person, id, deps.now())
    const parts: Buffer[] = []
    // A chunk is good until the next is asked for.
    for (const chunk of chunks) parts.push(Buffer.from(chunk))
    return c.body(Buffer.concat(parts), 200, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Disposition': 'attachment; filename="refused-lines.txt"',
    })
  } catch (error) {
    if (isServerFault(error)) deps.onFault(error)
    // The page says what has become of the upload.
    return answerPage(frame, PREVIEW_PAGE, c)
  }
}
