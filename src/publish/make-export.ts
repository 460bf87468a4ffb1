import { constants, createBrotliCompress } from 'node:zlib'
import { isFault } from '../core/fault.ts'
import { blocksOfLines } from '../core/hash-lines.ts'
import type { LineBlocks } from '../core/line-cursor.ts'
import { publicDefinition } from '../core/list-definition.ts'
import { keyIdText, minisignDigest, parseMinisign } from '../core/minisign.ts'
import { renderExport, type ExportFormat } from '../formats/render-export.ts'
import { readRoles } from './authority-roles.ts'
import { EXPORT_KEY_TARGET } from './init-authority.ts'
import { verifiedLines } from './make-snapshot.ts'
import { gzipBlocks } from './parallel-gzip.ts'
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

const GZIP_LEVEL = 6
/** Smaller than gzip -6 at about its speed; more would keep readers waiting. */
const BROTLI_QUALITY = 5

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
    await Promise.all([
      makeCompressed(deps, `${path}.gz`, gzipBlocks(deps.exports.blocks(path), GZIP_LEVEL)),
      makeCompressed(deps, `${path}.br`, brotliBlocks(deps.exports.blocks(path))),
    ])
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
    await writeExport(deps, path, cached ?? stored)
  } catch (error) {
    if (cached === null || !isFault(error, 'snapshot/invalid')) throw error
    await writeExport(deps, path, stored)
  }
}

async function makeCompressed(
  deps: ExportDeps,
  path: string,
  blocks: AsyncIterable<Uint8Array>,
): Promise<void> {
  await writeExport(deps, path, blocks)
}

async function writeExport(
  { exports }: ExportDeps,
  path: string,
  blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const draft = exports.draft()
  try {
    for await (const block of blocks) draft.write(block)
    await draft.finish(path)
    exports.promote([path])
  } catch (error) {
    draft.discard()
    throw error
  }
}

async function* brotliBlocks(
  blocks: Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const brotli = createBrotliCompress({
    params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
  })
  const feed = async (): Promise<void> => {
    for (const block of blocks) {
      if (!brotli.write(block)) await new Promise<void>((resolve) => brotli.once('drain', resolve))
    }
    brotli.end()
  }
  const feeding = feed().catch((error: unknown) => void brotli.destroy(error as Error))
  for await (const block of brotli) yield block as Uint8Array
  await feeding
}

async function ensureSignature(
  deps: ExportDeps,
  path: string,
  subject: string,
  file: string,
): Promise<void> {
  const signer = await exportSigner(deps)
  const name = `${path}.minisig`
  const at = deps.now()
  if (isStillGood(deps.exports.read(name), signer, at)) return
  const expires = printExpires(new Date(at.getTime() + LIFE_DAYS.list * 86_400_000))
  const digest = minisignDigest(deps.exports.blocks(path))
  const text = await signMinisign(signer, digest, `${subject} expires:${expires} ${file}`)
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
