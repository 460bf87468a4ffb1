import type { Context, Hono } from 'hono'
import { Fault, isFault } from '../../../core/fault.ts'
import { parseRegister } from '../../../core/parse-register.ts'
import { ALL_LISTS, type Person } from '../../../core/person.ts'
import { assertMayAct } from '../../../curation/assert-may-act.ts'
import type { WrittenRow } from '../../../core/register.ts'
import { isServerFault, problemOf } from '../../../platform/problem.ts'
import { CHANGE_REGISTER } from '../../api/register-operations.ts'
import type { Operation } from '../../api/operation.ts'
import { perform } from '../../api/perform.ts'
import { authenticate } from '../../authenticate.ts'
import { MAX_UPLOAD_BYTES, UPLOAD_LIMITS } from '../../limits.ts'
import { readBytes } from '../../read-body.ts'
import { readMultipart } from '../../read-multipart.ts'
import { assertOrigin } from '../../session-routes.ts'
import {
  answerPage,
  assertToken,
  goOn,
  refusedOf,
  showAgain,
  type PageFrame,
} from '../add-pages.tsx'
import { FormFields } from '../form-fields.ts'
import { FILE_PATH, REGISTER_PAGE } from './register-page.tsx'

/** Bytes of a field that is no file. */
const MAX_FIELD_BYTES = 16 * 1024

/** What the page of the register needs beside pages and forms: a file that comes. */
export function addRegisterRoutes(app: Hono, frame: PageFrame): void {
  app.post(FILE_PATH, (c) => takeFile(frame, c))
}

async function takeFile(frame: PageFrame, c: Context): Promise<Response> {
  const { deps } = frame
  const caller = await authenticate(deps, c.req.raw.headers)
  if (caller === null) return answerPage(frame, REGISTER_PAGE, c)
  const read = new URLSearchParams()
  try {
    const file = await readFields(frame, c, { person: caller.person, read })
    const fields = new FormFields(read)
    assertToken(c, fields.text('token'))
    const body = { reason: fields.text('reason'), add: rowsOf(file, fields) }
    await perform(deps, CHANGE_REGISTER as unknown as Operation, {
      ...{ person: caller.person, address: deps.addressOf(c), params: {}, body },
      ...{ query: new URLSearchParams(), tag: fields.text('tag') || null },
      idempotencyKey: fields.text('once') || null,
    })
    return goOn(c, { to: REGISTER_PAGE.path, done: 'saved' })
  } catch (error) {
    if (isServerFault(error)) deps.onFault(error)
    const where = { fields: { '/add': 'file' } }
    const refused = refusedOf(where, c, new FormFields(read), problemOf(error))
    return showAgain(frame, REGISTER_PAGE, { c, caller, refused })
  }
}

/** Reads the fields into `read`, and gives the file. */
async function readFields(
  frame: PageFrame,
  c: Context,
  { person, read }: { readonly person: Person; readonly read: URLSearchParams },
): Promise<Uint8Array> {
  assertOrigin(frame.deps, c)
  const contentType = c.req.header('content-type') ?? ''
  let file = new Uint8Array()
  const body = c.req.raw.body ?? new ReadableStream<Uint8Array>({ start: (it) => it.close() })
  for await (const part of readMultipart({ body, contentType }, MAX_UPLOAD_BYTES)) {
    if (part.fileName === null) {
      const bytes = await readBytes(part.chunks, MAX_FIELD_BYTES)
      read.append(part.name, new TextDecoder().decode(bytes))
      continue
    }
    // Whoever made the form, and that he may change the register, must be known before a byte of the file is kept.
    assertToken(c, read.get('token') ?? '')
    assertMayAct(person, 'manage-register', ALL_LISTS)
    file = new Uint8Array(await readBytes(part.chunks, UPLOAD_LIMITS.bytes))
  }
  return file
}

/** The rows of a register's file, or a value in each line, of which the fields say the rest. Throws `register/invalid`. */
function rowsOf(file: Uint8Array, fields: FormFields): readonly WrittenRow[] {
  const text = decode(file)
  if (text.trimStart().startsWith('{')) return parseWhole(text)
  const said = {
    ...{ purpose: fields.text('purpose'), scope: fields.text('scope') },
    ...{ reason: fields.text('reason'), source: fields.text('source') },
  }
  const values = text.split('\n').map((line) => line.trim())
  return values
    .filter((value) => value !== '' && !value.startsWith('#'))
    .map((value) => ({ value, ...said }))
}

function decode(file: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file)
  } catch (error) {
    if (error instanceof TypeError) throw invalid('a file in UTF-8', error)
    throw error
  }
}

function parseWhole(text: string): readonly WrittenRow[] {
  try {
    return parseRegister(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid('a register as JSON', error)
    if (isFault(error, 'register/invalid')) throw atFile(error.message, error)
    throw error
  }
}

function invalid(expected: string, cause: Error): Fault {
  return atFile(`expected ${expected}, got another file`, cause)
}

function atFile(detail: string, cause: Error): Fault {
  return new Fault('register/invalid', detail, { cause, places: [{ path: '/add', detail }] })
}
