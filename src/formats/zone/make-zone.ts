import { Fault, isFault } from '../../core/fault.ts'
import type { LineBlocks } from '../../core/line-cursor.ts'
import type { PublicDefinition } from '../../core/list-definition.ts'
import { verifiedLines } from '../../core/verified-lines.ts'
import { draftZone, type DraftedZone, type ZoneMaking } from './draft-zone.ts'
import { compareImages, renderZone } from './render-zone.ts'
import { tidyZones } from './tidy-zones.ts'
import { sortEdits, sortTree } from './tree-lines.ts'
import { updateZone } from './update-zone.ts'
import { fileNames, imageName, openTree, openZone, type OpenZone } from './zone-files.ts'
import type { ZoneFolder } from './zone-folder.ts'
import type { ZoneKey, ZoneSummary } from './zone-key.ts'
import { zoneRecipe } from './zone-recipe.ts'

interface Changes {
  readonly added: LineBlocks
  readonly removed: LineBlocks
}

/** A list at one serial, of which a zone is wanted. */
export interface ZoneWanted extends ZoneKey {
  /** How many lines. */
  readonly entries: number
  /** Its `zone` must not be null. */
  readonly definition: PublicDefinition
  /** From how many serials before differences are kept. */
  readonly keepSerials: number
  /** The entry lines from the beginning; may be asked for more than once. */
  readonly lines: () => LineBlocks
  /** What came and went since an earlier serial with that state; null if unknown: then the zone is made from the lines. */
  readonly changesSince: (serial: number, state: string) => Changes | null
  /** The digest that was signed for the zone; `zone/digest` is thrown when the zone has another. */
  readonly expectedZonemd?: string
  /** The serial may never come to be: what was there before is kept, until the zone is asked for again without this. */
  readonly isTentative?: boolean
}

export interface MadeZone extends ZoneSummary {
  /** It was there; or it was made from the zone before; or from the lines. */
  readonly by: 'kept' | 'update' | 'render'
}

/**
 * Makes the zone of a list at one serial: its image, what is needed to make the next one from it, and the difference from the one
 * before. Does nothing when it is there. Synchronous, for threads and commands; holds some MiB, or the names of the list when
 * there is no zone before to begin from.
 *
 * Throws `zone/digest`, `zone/invalid` for a list without a zone, `snapshot/invalid` when the lines are not those of the state, and what
 * the folder throws.
 */
export function makeZone(folder: ZoneFolder, wanted: ZoneWanted): MadeZone {
  const making = { ...wanted, recipe: zoneRecipe(wanted.definition) }
  const made =
    keptZone(folder, making) ??
    afterZoneBefore(
      folder,
      making,
      (before) =>
        (before && updatedZone(folder, making, before)) ?? renderedZone(folder, making, before),
    )
  if (wanted.isTentative !== true) tidyZones(folder, wanted, wanted.keepSerials)
  return made
}

/**
 * As `makeZone`, but only where it takes little: where the zone is there already, or comes of the one before by its changes. Null elsewhere.
 */
export function bringZoneAlong(folder: ZoneFolder, wanted: ZoneWanted): MadeZone | null {
  const making = { ...wanted, recipe: zoneRecipe(wanted.definition) }
  return (
    keptZone(folder, making) ??
    afterZoneBefore(folder, making, (before) => before && updatedZone(folder, making, before))
  )
}

/** The next serial of a list, of which all is known but its state, which takes reading its lines. */
export interface NextZone extends Pick<ZoneWanted, 'place' | 'serial' | 'entries' | 'definition'> {
  readonly before: Pick<ZoneKey, 'serial' | 'state'>
  /** What came and went since. */
  readonly changes: Changes
}

/**
 * As `bringZoneAlong`, while the state is not known yet: the zone is for the caller to keep under it or to discard. Null where there is no
 * zone of the serial before, or it does not lead to this one.
 */
export function draftNextZone(folder: ZoneFolder, next: NextZone): DraftedZone | null {
  const making = { ...next, recipe: zoneRecipe(next.definition) }
  const { place, before, changes } = next
  const zone = openZone(folder, place, imageName({ place, ...before }))
  if (zone === null) return null
  try {
    return isOfOrigin(zone, making) ? draftUpdate(folder, making, zone, changes) : null
  } finally {
    zone.image.close()
  }
}

type Work = ZoneWanted & ZoneMaking

function keptZone(folder: ZoneFolder, wanted: Work): MadeZone | null {
  const zone = openZone(folder, wanted.place, imageName(wanted))
  if (zone === null) return null
  zone.image.close()
  const { summary, whole } = zone.about
  if (summary.state !== wanted.state || whole !== wanted.recipe.whole) return null
  return isSigned(wanted, summary.zonemd) ? { ...summary, by: 'kept' } : null
}

function afterZoneBefore<T>(
  folder: ZoneFolder,
  wanted: Work,
  make: (before: OpenZone | null) => T,
): T {
  const before = zoneBefore(folder, wanted)
  try {
    return make(before)
  } finally {
    before?.image.close()
  }
}

/** The newest zone of another serial with the same origin; null when there is none. */
function zoneBefore(folder: ZoneFolder, wanted: Work): OpenZone | null {
  const names = fileNames(folder, wanted.place)
    .filter(({ part, to }) => part === 'zone' && to.serial < wanted.serial)
    .sort((a, b) => b.to.serial - a.to.serial)
  for (const { name } of names) {
    const zone = openZone(folder, wanted.place, name)
    if (zone === null) continue
    if (isOfOrigin(zone, wanted) && isPast(zone, wanted)) return zone
    zone.image.close()
  }
  return null
}

function isOfOrigin({ about }: OpenZone, { recipe }: ZoneMaking): boolean {
  return about.summary.list === recipe.list && about.summary.origin === recipe.origin
}

/** Whether the list was what the zone shows: one may have been made of a serial that never came to be. */
function isPast({ about }: OpenZone, wanted: ZoneWanted): boolean {
  return wanted.changesSince(about.summary.serial, about.summary.state) !== null
}

/** Null when it can't be made so. */
function updatedZone(folder: ZoneFolder, wanted: Work, before: OpenZone): MadeZone | null {
  const { serial, state } = before.about.summary
  const changes = wanted.changesSince(serial, state)
  if (changes === null) return null
  const draft = draftUpdate(folder, wanted, before, changes)
  if (draft === null) return null
  try {
    if (!isSigned(wanted, draft.zonemd)) return null
    return { ...draft.keep(wanted.state), by: 'update' }
  } finally {
    draft.discard()
  }
}

function draftUpdate(
  folder: ZoneFolder,
  making: ZoneMaking,
  before: OpenZone,
  changes: Changes,
): DraftedZone | null {
  const { summary, body, entries } = before.about
  if (body !== making.recipe.body) return null
  const { growth, ...edits } = sortEdits(making.recipe, changes)
  if (entries + growth !== making.entries) return null
  const tree = openTree(folder, summary)
  if (tree === null) return null
  try {
    return draftZone(folder, making, before.about, (writer, difference) => {
      updateZone({ ...before, tree }, edits, writer, difference)
    })
  } catch (error) {
    // The zone before, or the changes, were not what they should be: the lines decide.
    if (isFault(error, 'delta/mismatch')) return null
    throw error
  } finally {
    tree.file.close()
  }
}

function renderedZone(folder: ZoneFolder, wanted: Work, before: OpenZone | null): MadeZone {
  const tree = sortTree(wanted.recipe, verifiedLines(wanted.lines(), wanted.state))
  const draft = draftZone(folder, wanted, before?.about ?? null, (writer, difference, image) => {
    renderZone(tree.lines(), writer)
    writer.flush()
    if (before === null) return
    const old = { source: before.image, start: before.headBytes, end: before.bodyEnd }
    compareImages(old, { source: image, ...writer.body() }, difference)
  })
  try {
    assertDigest(wanted, draft.zonemd)
    return { ...draft.keep(wanted.state), by: 'render' }
  } finally {
    draft.discard()
  }
}

function isSigned({ expectedZonemd }: ZoneWanted, got: string | null): boolean {
  return expectedZonemd === undefined || expectedZonemd === got
}

function assertDigest(wanted: ZoneWanted, got: string | null): void {
  if (isSigned(wanted, got)) return
  throw new Fault(
    'zone/digest',
    `expected the zone with the digest ${JSON.stringify(wanted.expectedZonemd)}, got ${JSON.stringify(got)}`,
  )
}
