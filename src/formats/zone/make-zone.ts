import { Fault, isFault } from '../../core/fault.ts'
import type { LineBlocks } from '../../core/line-cursor.ts'
import type { PublicDefinition } from '../../core/list-definition.ts'
import { verifiedLines } from '../../core/verified-lines.ts'
import { DifferenceWriter } from './difference-writer.ts'
import { compareImages, renderZone } from './render-zone.ts'
import { tidyZones } from './tidy-zones.ts'
import { sortEdits, sortTree } from './tree-lines.ts'
import { updateZone } from './update-zone.ts'
import {
  aboutFile,
  differenceName,
  fileNames,
  imageName,
  openTree,
  openZone,
  tellFrame,
  treeName,
  type ImageAbout,
  type OpenZone,
} from './zone-files.ts'
import type { ZoneDraft, ZoneFolder } from './zone-folder.ts'
import { printHex } from './zone-frame.ts'
import type { ZoneKey, ZoneSummary } from './zone-key.ts'
import { zoneRecipe, type ZoneRecipe } from './zone-recipe.ts'
import { ZoneWriter, type WrittenZone } from './zone-writer.ts'

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
  readonly changesSince: (
    serial: number,
    state: string,
  ) => { readonly added: LineBlocks; readonly removed: LineBlocks } | null
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
  const recipe = zoneRecipe(wanted.definition)
  const work = { wanted, recipe }
  const made = keptZone(folder, work) ?? newZone(folder, work)
  if (wanted.isTentative !== true) tidyZones(folder, wanted, wanted.keepSerials)
  return made
}

/**
 * As `makeZone`, but only where it takes little: where the zone is there already, or comes of the one before by its changes. Null elsewhere.
 */
export function bringZoneAlong(folder: ZoneFolder, wanted: ZoneWanted): MadeZone | null {
  const work = { wanted, recipe: zoneRecipe(wanted.definition) }
  const kept = keptZone(folder, work)
  if (kept !== null) return kept
  const before = zoneBefore(folder, work)
  try {
    return before && updatedZone(folder, work, before)
  } finally {
    before?.image.close()
  }
}

interface Work {
  readonly wanted: ZoneWanted
  readonly recipe: ZoneRecipe
}

function keptZone(folder: ZoneFolder, { wanted, recipe }: Work): MadeZone | null {
  const zone = openZone(folder, wanted.place, imageName(wanted))
  if (zone === null) return null
  zone.image.close()
  const { summary, whole } = zone.about
  if (summary.state !== wanted.state || whole !== recipe.whole) return null
  return isSigned(wanted, summary.zonemd) ? { ...summary, by: 'kept' } : null
}

function newZone(folder: ZoneFolder, work: Work): MadeZone {
  const before = zoneBefore(folder, work)
  try {
    return (before && updatedZone(folder, work, before)) ?? renderedZone(folder, work, before)
  } finally {
    before?.image.close()
  }
}

/** The newest zone of another serial with the same origin; null when there is none. */
function zoneBefore(folder: ZoneFolder, { wanted, recipe }: Work): OpenZone | null {
  const names = fileNames(folder, wanted.place)
    .filter(({ part, to }) => part === 'zone' && to.serial < wanted.serial)
    .sort((a, b) => b.to.serial - a.to.serial)
  for (const { name } of names) {
    const zone = openZone(folder, wanted.place, name)
    if (zone === null) continue
    const { list, origin } = zone.about.summary
    if (list === recipe.list && origin === recipe.origin && isPast(zone, wanted)) return zone
    zone.image.close()
  }
  return null
}

/** Whether the list was what the zone shows: one may have been made of a serial that never came to be. */
function isPast({ about }: OpenZone, wanted: ZoneWanted): boolean {
  return wanted.changesSince(about.summary.serial, about.summary.state) !== null
}

/** Null when it can't be made so. */
function updatedZone(folder: ZoneFolder, work: Work, before: OpenZone): MadeZone | null {
  const { wanted, recipe } = work
  const { summary, body, entries } = before.about
  if (body !== recipe.body) return null
  const changes = wanted.changesSince(summary.serial, summary.state)
  if (changes === null) return null
  const { growth, ...edits } = sortEdits(recipe, changes)
  if (entries + growth !== wanted.entries) return null
  const tree = openTree(folder, summary)
  if (tree === null) return null
  try {
    return writeZone(folder, work, before.about, (writer, difference) => {
      updateZone({ ...before, tree }, edits, writer, difference)
      return 'update'
    })
  } catch (error) {
    // The zone before, or the changes, were not what they should be: the lines decide.
    if (isFault(error, 'delta/mismatch', 'zone/digest')) return null
    throw error
  } finally {
    tree.file.close()
  }
}

function renderedZone(folder: ZoneFolder, work: Work, before: OpenZone | null): MadeZone {
  const { wanted, recipe } = work
  const tree = sortTree(recipe, verifiedLines(wanted.lines(), wanted.state))
  return writeZone(folder, work, before?.about ?? null, (writer, difference, image) => {
    renderZone(tree.lines(), writer)
    writer.flush()
    if (before === null) return 'render'
    const old = { source: before.image, start: before.headBytes, end: before.bodyEnd }
    compareImages(old, { source: image, ...writer.body() }, difference)
    return 'render'
  })
}

type Fill = (
  writer: ZoneWriter,
  difference: DifferenceWriter,
  image: ZoneDraft,
) => 'update' | 'render'

/** Writes image, tree and difference; the image is put in its place last, so that where it is, all is. */
function writeZone(
  folder: ZoneFolder,
  { wanted, recipe }: Work,
  before: ImageAbout | null,
  fill: Fill,
): MadeZone {
  const { place } = wanted
  const drafts: ZoneDraft[] = []
  const draft = (name: string): ZoneDraft => {
    const opened = folder.draft(place, name)
    drafts.push(opened)
    return opened
  }
  try {
    const image = draft(imageName(wanted))
    const tree = draft(treeName(wanted))
    const changes = draft(differenceName(before?.summary ?? wanted, wanted))
    const writer = new ZoneWriter(recipe, wanted.serial, { tree, image })
    const difference = new DifferenceWriter(changes)
    const by = fill(writer, difference, image)
    const written = writer.finish()
    const about = aboutImage(wanted, recipe, written)
    assertDigest(wanted, about.summary.zonemd)
    if (before !== null) keepDifference(changes, difference, before, about)
    tree.keep(aboutFile('tree', { lineBytes: written.lineBytes }))
    image.keep(about)
    return { ...about.summary, by }
  } finally {
    for (const opened of drafts) opened.discard()
  }
}

function keepDifference(
  draft: ZoneDraft,
  difference: DifferenceWriter,
  before: ImageAbout,
  after: ImageAbout,
): void {
  difference.flush()
  const { added, removed, bytes } = difference
  draft.keep(
    aboutFile('difference', { from: before.frame, to: after.frame, added, removed, bytes }),
  )
}

function aboutImage(wanted: ZoneWanted, recipe: ZoneRecipe, written: WrittenZone): ImageAbout {
  const { place, serial, state, entries } = wanted
  const { bytes, records, zonemd, headBytes, ends } = written
  const summary: ZoneSummary = {
    place,
    list: recipe.list,
    serial,
    state,
    origin: recipe.origin,
    records,
    bytes,
    messages: ends.length,
    zonemd: zonemd === null ? null : printHex(zonemd.digest),
  }
  const { body, whole } = recipe
  return aboutFile('image', {
    summary,
    entries,
    body,
    whole,
    frame: tellFrame(written),
    headBytes,
  })
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
