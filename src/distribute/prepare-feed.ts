import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { Prepared } from './prepared-answers.ts'
import type { ExportFile, ExportFiles, Publication, StoredList } from './ports.ts'
import { prepareRepresentation, type Representation } from './representation.ts'

export interface FeedFacts {
  readonly list: StoredList
  readonly format: string
  readonly publication: Publication
  readonly files: ExportFiles
  /** Whether the URL names the serial, so that its answer never changes. */
  readonly isFixed: boolean
}

/** A feed and its signature: of one serial, from one making. */
export interface PreparedFeed {
  readonly feed: Prepared
  readonly signature: Prepared | null
}

/** Half a minute: as long as a cache may show the serial before the newest one. */
const FRESH_S = 30
/** A serial's export can only change when the program that renders it does. */
const FIXED_FRESH_S = 3600

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
}

/** Makes ready what is sent for a feed in each coding, and for its signature. */
export async function prepareFeed(facts: FeedFacts): Promise<PreparedFeed> {
  const { files, list, publication, isFixed } = facts
  const signed = files.signature && (await readFile(files.signature.path, 'latin1'))
  const tag = feedTag(facts, signed)
  const variant = (file: ExportFile | null, coding?: 'br' | 'gzip'): Representation | null =>
    file === null ? null : representationOf(facts, file, coding ? `${tag}-${coding}` : tag, coding)
  const common = { list: list.id, isRestricted: list.definition.visibility === 'restricted' }
  const identity = variant(files.plain)
  if (identity === null) throw new Error('an export without its plain file')
  const signature =
    files.signature && (await signatureOf(facts, files.signature, shortHash(signed ?? '')))
  return {
    feed: {
      ...common,
      ...{
        route: 'feed',
        // Whoever names a serial looks at the past.
        serial: isFixed ? null : publication.serial,
        identity,
        gzip: variant(files.gzip, 'gzip'),
        br: variant(files.br, 'br'),
      },
    },
    signature: signature && {
      ...common,
      ...{ route: 'feed-signature', serial: null, identity: signature, gzip: null, br: null },
    },
  }
}

/** The second line of a minisign signature: that over the file itself, without its comment. */
const SIGNATURE_LINE = 1

// An Ed25519 signature is a function of the bytes, so its hash names them: the same bytes made again after
// a restart have the same tag, and the large file need not be hashed here. The trusted comment is left
// out, for it has a date, and is signed again from time to time.
function feedTag({ publication, format }: FeedFacts, signature: string | null): string {
  const signed = signature?.split('\n')[SIGNATURE_LINE] ?? publication.state
  return `${publication.serial}-${shortHash(`${format}\0${signed}`)}`
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

function representationOf(
  { list, format, publication, isFixed }: FeedFacts,
  file: ExportFile,
  tag: string,
  coding: 'br' | 'gzip' | undefined,
): Representation {
  return prepareRepresentation({
    file: file.path,
    size: file.bytes,
    tag,
    lastModified: publication.publishedAt,
    contentType: CONTENT_TYPES[format] ?? 'text/plain; charset=utf-8',
    cacheControl: cacheControl(list, isFixed),
    ...(coding !== undefined && { contentEncoding: coding }),
    more: [
      ['Vary', 'Accept-Encoding'],
      ['Bailiwick-Serial', String(publication.serial)],
      // RFC 9110 §8.7: where this very serial can be had again, and its signature beside it.
      ['Content-Location', `/feeds/${list.id}/${format}?serial=${publication.serial}`],
    ],
  })
}

async function signatureOf(
  { list, format, publication, isFixed }: FeedFacts,
  file: ExportFile,
  hash: string,
): Promise<Representation> {
  return prepareRepresentation({
    file: file.path,
    size: file.bytes,
    tag: `${publication.serial}-${hash}`,
    // Not the serial's time: a signature is made again before the date in it comes.
    lastModified: (await stat(file.path)).mtime,
    contentType: 'text/plain; charset=utf-8',
    cacheControl: cacheControl(list, isFixed),
    more: [
      ['Bailiwick-Serial', String(publication.serial)],
      ['Content-Location', `/feeds/${list.id}/${format}.minisig?serial=${publication.serial}`],
    ],
  })
}

function cacheControl(list: StoredList, isFixed: boolean): string {
  const who = list.definition.visibility === 'public' ? 'public' : 'private'
  return `${who}, max-age=${isFixed ? FIXED_FRESH_S : FRESH_S}`
}
