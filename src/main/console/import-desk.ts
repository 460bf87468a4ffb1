import type { ImportDesk, ImportRequest } from '../../console/ports/imports.ts'
import { Fault } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import { proposingActs } from '../../curation/proposing-acts.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import { mayAct, type Act } from '../../curation/may-act.ts'
import { dataPaths } from '../../platform/data-folder.ts'
import type { PreviewNote } from '../imports/describe-import.ts'
import { actOf } from '../imports/import-list.ts'
import { importHere, type ImportWork } from '../imports/import-work.ts'
import { openUploads, type Upload, type Uploads } from '../imports/uploads.ts'
import { readChunks } from '../read-chunks.ts'
import type { DeskDeps } from './desk-deps.ts'

export type ImportDeskDeps = Pick<DeskDeps, 'data' | 'store'> & {
  /** Who reads and compares; left out, whoever asks does. */
  readonly importWork?: ImportWork
}

/** What people import over the network, by the same use case as the command. */
export function importDesk({ data, store, importWork }: ImportDeskDeps): ImportDesk {
  const desk = { uploads: openUploads(dataPaths(data).uploads) }
  const { uploads } = desk
  const work = importWork ?? importHere({ data, store, uploads })
  return {
    receive: async (person, { list, name, chunks }, at) => {
      // Before a byte of it is kept.
      assertMayAct(person, 'propose-add', list)
      const { id, bytes } = await uploads.receive({ owner: person.id, name, at }, chunks)
      return { import: id, bytes }
    },
    preview: async (person, { import: id, ...request }, at) => {
      // Before anything of the list is told.
      for (const act of actsOf(request)) assertMayAct(person, act, request.list)
      return work.preview({ person, at, upload: findUpload(desk, person, id, at) }, request)
    },
    find: (person, id, at) => findPreview(desk, person, id, at).view,
    refusedText: (person, id, at) => {
      findPreview(desk, person, id, at)
      return readChunks(findUpload(desk, person, id, at).report)
    },
    propose: (person, { import: id, digest, acknowledge }, at) => {
      const upload = findUpload(desk, person, id, at)
      const seen = findPreview(desk, person, id, at)
      return work.propose({ person, at, upload, seen, digest, acknowledge })
    },
    discard: (person, id, at) => {
      uploads.remove(findUpload(desk, person, id, at))
    },
  }
}

interface Importing {
  readonly uploads: Uploads
}

function findUpload({ uploads }: Importing, person: Person, id: string, at: Date): Upload {
  return uploads.find(person.id, id, at) ?? fail(notFound(id))
}

/** What was shown of an upload, as long as its list is one that the person may add to. */
function findPreview(desk: Importing, person: Person, id: string, at: Date): PreviewNote {
  const upload = findUpload(desk, person, id, at)
  const note = desk.uploads.noted(upload) as PreviewNote | null
  const isAllowed = (act: Act, { list }: ImportRequest): boolean =>
    mayAct(person, act, list).allowed
  const acts = note === null ? [] : actsOf(note.request)
  if (note !== null && acts.every((act) => isAllowed(act, note.request))) return note
  throw notFound(id)
}

/** What somebody must be allowed to propose, of the list, to import so. */
function actsOf({ mode = 'add' }: Pick<ImportRequest, 'mode'>): readonly Act[] {
  return proposingActs({ act: actOf({ mode }), urgent: false })
}

function notFound(id: string): Fault {
  return new Fault(
    'import/not-found',
    `expected the id of an upload of yours, got ${JSON.stringify(id)}: it may be kept no more; upload the file again`,
  )
}

function fail(fault: Fault): never {
  throw fault
}
