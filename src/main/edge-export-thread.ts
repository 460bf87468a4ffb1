import { workerData } from 'node:worker_threads'
import { readLineBlocks } from '../agent/line-file.ts'
import { openSourceFetch } from '../agent/source-fetch.ts'
import { Fault } from '../core/fault.ts'
import { hashLines } from '../core/hash-lines.ts'
import {
  MAX_MINISIGN_BYTES,
  minisignDigest,
  parseMinisignKey,
  verifyMinisign,
} from '../core/minisign.ts'
import type { ExportFile } from '../distribute/ports.ts'
import { compressExport, writeExport } from '../formats/export-files.ts'
import { isExportFormat, renderExport } from '../formats/render-export.ts'
import { openPublishFolder } from '../platform/publish-folder.ts'
import type { EdgeConfig } from './edge-config.ts'
import type { EdgeExportReply, EdgeExportQuestion } from './edge-exports.ts'
import { answerQuestions } from './serve-thread.ts'

/** The thread behind `openEdgeExports`: makes exports from copied lines, and takes their signatures from the source. */
const { config, version, exports } = workerData as {
  readonly config: EdgeConfig
  readonly version: string
  /** The folder of exports, and one for drafts on the same file system. */
  readonly exports: { readonly folder: string; readonly staging: string }
}
const folder = openPublishFolder(exports.folder, exports.staging)

answerQuestions(async (asked): Promise<EdgeExportReply> => {
  const question = asked as EdgeExportQuestion
  const { place, serial, format } = question
  const path = `${place}/${serial}/${format}`
  if (folder.publishedLength(`${path}.br`) === null) await makeFiles(path, question)
  const signatureFault = await ensureSignature(path, question)
  const hasSignature = folder.publishedLength(`${path}.minisig`) !== null
  return {
    plain: fileOf(path),
    gzip: fileOf(`${path}.gz`),
    br: fileOf(`${path}.br`),
    signature: hasSignature ? fileOf(`${path}.minisig`) : null,
    signatureFault,
  }
})

function fileOf(path: string): ExportFile {
  return { path, bytes: folder.publishedLength(path) ?? 0 }
}

async function makeFiles(path: string, question: EdgeExportQuestion): Promise<void> {
  const { linesPath, definition, serial, state, entries, format } = question
  if (linesPath === null || !isExportFormat(format)) {
    throw new Fault(
      'snapshot/not-found',
      `expected a serial of ${definition.id} that this edge has, got ${serial} as ${format}`,
    )
  }
  const lines = (): Iterable<Uint8Array> => readLineBlocks(linesPath)
  if (hashLines(lines()) !== state) {
    throw new Fault(
      'agent/damaged',
      `expected the lines of serial ${serial} to have the state ${state}, got others`,
    )
  }
  await writeExport(
    folder,
    path,
    renderExport(format, { definition, serial, state, entries, lines }),
  )
  await compressExport(folder, path)
}

/** A signature lives for two weeks and is taken anew when a third of that is left. */
const RENEW_MS = (14 * 86_400_000) / 3
/** Whoever asks for the feed waits for it. */
const SIGNATURE_TIMEOUT_MS = 5000

/** Takes the signature from the source if there is none that is good for long; why there is none, or null. */
async function ensureSignature(path: string, question: EdgeExportQuestion): Promise<string | null> {
  const { exportKey, mayAsk } = question
  const kept = folder.read(`${path}.minisig`)?.toString() ?? null
  const isGood = kept !== null && isGoodSignature(path, question, kept)
  if (isGood && expiresAt(kept) - Date.now() > RENEW_MS) return null
  if (kept !== null && !isGood) folder.remove([`${path}.minisig`], new Date(8.64e15))
  if (!mayAsk || exportKey === null) return isGood ? null : 'the source was not asked'
  try {
    const text = await askSignature(question)
    verifySignature(path, question, text)
    folder.replace(`${path}.minisig`, Buffer.from(text))
    return null
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return error.message
  }
}

async function askSignature({ definition, format, serial }: EdgeExportQuestion): Promise<string> {
  const userAgent = `bailiwick-edge/${version}`
  const fetch = openSourceFetch({ userAgent, now: () => new Date() }, config)
  try {
    const url = `${config.source}/feeds/${definition.id}/${format}.minisig?serial=${serial}`
    const bounds = { maxBytes: MAX_MINISIGN_BYTES, timeoutMs: SIGNATURE_TIMEOUT_MS }
    return (await fetch.bytes(url, bounds)).toString('utf8')
  } finally {
    await fetch.close()
  }
}

function isGoodSignature(path: string, question: EdgeExportQuestion, text: string): boolean {
  try {
    verifySignature(path, question, text)
    return true
  } catch (error) {
    // The export key was rotated, or the file is damaged.
    if (error instanceof Fault) return false
    throw error
  }
}

/** By the key that the targets role names now, over the very bytes that are served, for this list, serial and format. */
function verifySignature(path: string, question: EdgeExportQuestion, text: string): void {
  const { exportKey, definition, format, serial } = question
  if (exportKey === null)
    throw new Fault('signature/invalid', 'expected a key of exports, got none')
  const digest = minisignDigest(folder.blocks(path))
  const said = verifyMinisign(parseMinisignKey(exportKey), digest, text).split(' ')
  const expected = [`list:${definition.id}`, `serial:${serial}`, `file:${definition.id}/${format}`]
  if (expected.every((word) => said.includes(word))) return
  throw new Fault(
    'signature/invalid',
    `expected a trusted comment with ${expected.join(' ')}, got ${JSON.stringify(said.join(' '))}`,
  )
}

function expiresAt(text: string): number {
  return Date.parse(/ expires:(\S+)/.exec(text)?.[1] ?? '') || 0
}
