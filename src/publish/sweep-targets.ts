import {
  DEFINITION_FILE,
  deltaFile,
  listTarget,
  SNAPSHOT_FILE,
  targetPath,
} from '../core/layout.ts'
import type { PublishDeps, SignedMetadata } from './ports.ts'
import { parseOwnMetadata, type TargetFile } from './tuf-metadata.ts'

/** Files that one of so many last versions of a role refers to stay, for readers who are in the middle of a pull. */
export const GRACE_VERSIONS = 8

/** So many versions are looked through in one go: the rest comes with the next. */
const MAX_SWEPT = 64

type Files = Readonly<Record<string, TargetFile>>

/**
 * Takes away the files of a list that none of its last versions refers to, and which were last written before `before`. What its history is made
 * of stays for ever (`docs/spec/log.md` §11): the first snapshot, and of each serial the delta from the one before or else its snapshot; and
 * its definitions.
 */
export function sweepTargets(
  { store, files }: Pick<PublishDeps, 'store' | 'files'>,
  { role, version }: Pick<SignedMetadata, 'role' | 'version'>,
  before: Date,
): void {
  const place = placeOf(role)
  const last = version - GRACE_VERSIONS
  const from = store.log.swept(role) + 1
  if (place === undefined || from > last) return
  const filesOf = (at: number): Files => filesOfVersion(store, role, at)
  const wanted = new Set<string>()
  for (let at = last + 1; at <= version; at++) addPaths(wanted, filesOf(at))
  let earlier = filesOf(from - 1)
  for (let at = from; at <= Math.min(last, from + MAX_SWEPT - 1); at++) {
    const now = filesOf(at)
    addPaths(wanted, historyOf(place, earlier, now))
    const unwanted = [...pathsOf(now)].filter((path) => !wanted.has(path))
    const gone = new Set(files.remove(unwanted, before))
    // A younger one is for a later sweep, and so are the versions behind.
    const isLeft = unwanted.some((path) => !gone.has(path) && files.publishedLength(path) !== null)
    if (isLeft) return
    store.log.sweep(role, at)
    earlier = now
  }
}

/**
 * The files of metadata that stay, by name: all of one that was not swept yet, and what is history of one that was. None of root and
 * snapshots.
 */
export function keptFiles(
  { store }: Pick<PublishDeps, 'store'>,
  { role, version, bytes }: SignedMetadata,
): readonly (readonly [string, TargetFile])[] {
  if (role === 'root' || role === 'snapshot') return []
  const { targets } = parseOwnMetadata(bytes, 'targets')
  const place = placeOf(role)
  const isWhole = place === undefined || version > store.log.swept(role)
  if (isWhole) return Object.entries(targets)
  return Object.entries(historyOf(place, filesOfVersion(store, role, version - 1), targets))
}

function placeOf(role: string): string | undefined {
  return /^list-(.*)$/.exec(role)?.[1]
}

function filesOfVersion(store: PublishDeps['store'], role: string, version: number): Files {
  const kept = store.metadata.find(role, version)
  return kept === null ? {} : parseOwnMetadata(kept.bytes, 'targets').targets
}

/** What must stay of one version's files, given those of the version before. */
function historyOf(place: string, earlier: Files, now: Files): Files {
  const [before, serial] = [serialOf(place, earlier), serialOf(place, now)]
  const delta = serial === null ? '' : listTarget(place, deltaFile(serial - 1, serial))
  // A history that begins here begins with a snapshot: that of the list's first serial, or of a list that is older than its log.
  const isStep = before !== null && delta in now
  const step = isStep ? delta : listTarget(place, SNAPSHOT_FILE)
  const names = [listTarget(place, DEFINITION_FILE), ...(serial === before ? [] : [step])]
  return Object.fromEntries(Object.entries(now).filter(([name]) => names.includes(name)))
}

function serialOf(place: string, files: Files): number | null {
  const serial = files[listTarget(place, SNAPSHOT_FILE)]?.custom['serial']
  return typeof serial === 'number' ? serial : null
}

function addPaths(to: Set<string>, files: Files): void {
  for (const path of pathsOf(files)) to.add(path)
}

function* pathsOf(files: Files): Generator<string> {
  for (const [name, { hashes }] of Object.entries(files)) yield targetPath(name, hashes.sha256)
}
