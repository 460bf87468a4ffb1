import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import { Fault } from '../core/fault.ts'
import type { ExportFiles } from '../distribute/ports.ts'
import { isExportFormat } from '../formats/render-export.ts'
import { keepPrivate, makeFolder } from '../platform/durable-file.ts'
import { openPublishFolder } from '../platform/publish-folder.ts'
import { makeExport } from '../publish/make-export.ts'
import type { WitnessOutcome } from '../publish/collect-cosignatures.ts'
import { projectPublished } from '../publish/project-published.ts'
import type { PublishOutcome } from '../publish/publish-list.ts'
import { refreshMetadata, type RefreshReport } from '../publish/refresh-metadata.ts'
import { findList } from './find-list.ts'
import { openAuthority } from './open-authority.ts'
import { publishLists } from './publish-lists.ts'
import { runReviews } from './run-reviews.ts'
import { answerQuestions } from './serve-thread.ts'
import type { WorkQuestion } from './serve-work.ts'

/** A thread behind `openWork`: the use cases of an authority, one after the other. */
const { data } = workerData as { readonly data: string }
let answers: WitnessOutcome[] = []
const authority = openAuthority(data, { onWitness: (answer) => void answers.push(answer) })
// Restricted lists are among them, and only this program hands them out.
makeFolder(authority.paths.exports, 0o700)
keepPrivate(authority.paths.exports)
const exports = openPublishFolder(
  authority.paths.exports,
  // On the same file system, under a name that no list's place can have.
  join(authority.paths.exports, '.staging'),
)

answerQuestions(async (asked) => {
  const question = asked as WorkQuestion
  switch (question.ask) {
    case 'project':
      return projectPublished(authority, question)
    case 'publish':
      return publish(question.list, question.actor)
    case 'refresh':
      return refresh()
    case 'witnesses': {
      const told = answers
      answers = []
      return told
    }
    case 'review':
      return runReviews(authority)
    case 'export':
      return exportFiles(question)
  }
})

async function publish(id: string, actor: string): Promise<PublishOutcome> {
  const list = findList(authority.store, id)
  const [report] = await publishLists(authority, [list], { override: null, actor })
  if (report === undefined) throw new Error('a list was published without a report')
  if (report.outcome === 'refused') throw report.fault
  return report
}

async function refresh(): Promise<RefreshReport> {
  const report = await refreshMetadata(authority)
  if (report.signed.length > 0) await projectPublished(authority, { isThorough: false })
  return report
}

async function exportFiles({
  list: id,
  format,
  serial,
}: Extract<WorkQuestion, { ask: 'export' }>): Promise<ExportFiles> {
  const { store } = authority
  const list = findList(store, id)
  const publication = store.publications.find(list.rowId, serial)
  if (publication === null || !isExportFormat(format)) {
    throw new Fault('snapshot/not-found', `expected a serial of ${id}, got ${serial} as ${format}`)
  }
  return makeExport({ ...authority, exports }, list, format, publication)
}
