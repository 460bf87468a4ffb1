import { isFault } from '../core/fault.ts'
import { blocksOfLines } from '../core/hash-lines.ts'
import type { LineBlocks } from '../core/line-cursor.ts'
import { publicDefinition } from '../core/list-definition.ts'
import { keyIdText, minisignDigest, parseMinisign } from '../core/minisign.ts'
import { verifiedLines } from '../core/verified-lines.ts'
import { compressExport, writeExport } from '../formats/export-files.ts'
import { renderExport, type ExportFormat } from '../formats/render-export.ts'
import { readRoles } from './authority-roles.ts'
import { EXPORT_KEY_TARGET } from './init-authority.ts'
import type { Publication, PublishDeps, PublishedList, PublishFiles, Signer } from './ports.ts'
import { LIFE_DAYS } from './role-life.ts'
import { minisignKey, signMinisign } from './sign-minisign.ts'
import { printExpires } from './tuf-metadata.ts'

/** Files of exports: `files` is a folder of its own, not the published one. */
export interface ExportDeps extends Pick<PublishDeps, 'store' | 'keys' | 'cache' | 'now'> {
  readonly exports: Pick<
    PublishFiles,
    'draft' | 'promote' | 'publishedLength' | 'read' | 'replace'
  > & {
    /** The bytes of a finished file, in blocks. */
    readonly blocks: (path: string) => Iterable<Uint8Array>
  }
}

/** One export of one serial: paths in the folder of exports, and lengths in bytes. */
export interface MadeExport {
  readonly plain: ExportedFile
  readonly gzip: ExportedFile
  readonly br: ExportedFile
  /** The minisign signature of `plain`. */
  readonly signature: ExportedFile
}

export interface ExportedFile {
  readonly path: string
  readonly bytes: number
}

/**
 * The files of an export, made if they are not there: plain, compressed twice, and signed. The bytes are the same whenever they
 * are made; the signature is made again when the export key was rotated or its end is near.
 */
export async function makeExport(
  deps: ExportDeps,
  list: PublishedList,
  format: ExportFormat,
  publication: Publication,
): Promise<MadeExport> {
  const path = `${list.place}/${publication.serial}/${format}`
  if (deps.exports.publishedLength(`${path}.br`) === null) {
    await makePlain(deps, path, renderedBlocks(deps, list, format, publication))
    await compressExport(deps.exports, path)
  }
  await ensureSignature(
    deps,
    path,
    `list:${list.id} serial:${publication.serial}`,
    `file:${list.id}/${format}`,
  )
  const fileOf = (name: string): ExportedFile => ({
    path: name,
    bytes: deps.exports.publishedLength(name) ?? 0,
  })
  return {
    plain: fileOf(path),
    gzip: fileOf(`${path}.gz`),
    br: fileOf(`${path}.br`),
    signature: fileOf(`${path}.minisig`),
  }
}

type Render = (lines: () => LineBlocks) => Iterable<Uint8Array>

/** Two ways to render: from the cached lines of the newest serial, which may turn out wrong, and from the database. */
function renderedBlocks(
  { store, cache }: ExportDeps,
  list: PublishedList,
  format: ExportFormat,
  { serial, state, entries, decision, definitionId }: Publication,
): { readonly cached: Iterable<Uint8Array> | null; readonly stored: Iterable<Uint8Array> } {
  const definition = publicDefinition(store.lists.definition(definitionId))
  const render: Render = (lines) =>
    renderExport(format, { definition, serial, state, entries, lines })
  const cached = cache.lines(list.place, serial)
  return {
    cached: cached === null ? null : render(() => verifiedLines(cached, state)),
    stored: render(() => blocksOfLines(store.publications.lines(list.rowId, decision))),
  }
}

async function makePlain(
  deps: ExportDeps,
  path: string,
  { cached, stored }: ReturnType<typeof renderedBlocks>,
): Promise<void> {
  try {
    await writeExport(deps.exports, path, cached ?? stored)
  } catch (error) {
    if (cached === null || !isFault(error, 'snapshot/invalid')) throw error
    await writeExport(deps.exports, path, stored)
  }
}

async function ensureSignature(
  deps: ExportDeps,
  path: string,
  what: string,
  file: string,
): Promise<void> {
  const signer = await exportSigner(deps)
  const name = `${path}.minisig`
  const at = deps.now()
  if (isStillGood(deps.exports.read(name), signer, at)) return
  const expires = printExpires(new Date(at.getTime() + LIFE_DAYS.list * 86_400_000))
  const digest = minisignDigest(deps.exports.blocks(path))
  const text = await signMinisign(signer, digest, `${what} expires:${expires} ${file}`)
  const subject = { comment: `${what} ${file}`, keyids: [signer.keyid], role: 'export' }
  deps.store.write(() => deps.store.events.append({ act: 'key-used', subject }))
  deps.exports.replace(name, Buffer.from(text))
}

/** Whether a signature is by the key that counts now and has more than a third of its life left. */
function isStillGood(bytes: Uint8Array | null, signer: Signer, at: Date): boolean {
  if (bytes === null) return false
  const { keyId, trustedComment } = parseMinisign(Buffer.from(bytes).toString())
  if (keyIdText(keyId) !== keyIdText(minisignKey(signer).id)) return false
  const expires = / expires:(\S+)/.exec(trustedComment)?.[1] ?? ''
  return Date.parse(expires) - at.getTime() > (LIFE_DAYS.list * 86_400_000) / 3
}

/** The key that signs exports now: that of the target `keys/export.pub`. */
export function exportSigner({ store, keys }: Pick<ExportDeps, 'store' | 'keys'>): Promise<Signer> {
  const { targets } = readRoles(store)
  return keys.signer(String(targets.targets[EXPORT_KEY_TARGET]?.custom['keyid']))
}
