import { DifferenceWriter } from './difference-writer.ts'
import {
  aboutFile,
  differenceName,
  imageName,
  tellFrame,
  treeName,
  type ImageAbout,
} from './zone-files.ts'
import type { ZoneDraft, ZoneFolder } from './zone-folder.ts'
import { printHex } from './zone-frame.ts'
import type { ZoneSummary } from './zone-key.ts'
import type { ZoneRecipe } from './zone-recipe.ts'
import { ZoneWriter, type WrittenZone } from './zone-writer.ts'

/** A zone to make, as far as its bytes depend on it. */
export interface ZoneMaking {
  readonly place: string
  readonly serial: number
  /** How many lines the list has. */
  readonly entries: number
  readonly recipe: ZoneRecipe
}

/** A zone that is written, and that nobody sees before it is kept. */
export interface DraftedZone {
  /** Its digest in hex, if it has one. */
  readonly zonemd: string | null
  /** Puts it in its place, as the zone of the list in that state. */
  readonly keep: (state: string) => ZoneSummary
  /** Gives it up; after `keep`, does nothing. */
  readonly discard: () => void
}

/** Writes the lines and the records of a zone; and its difference from the zone before, if there is one. */
export type FillZone = (writer: ZoneWriter, difference: DifferenceWriter, image: ZoneDraft) => void

/** Writes image, tree and difference with `fill`, beside what is there. */
export function draftZone(
  folder: ZoneFolder,
  making: ZoneMaking,
  before: ImageAbout | null,
  fill: FillZone,
): DraftedZone {
  const drafts: ZoneDraft[] = []
  const draft = (): ZoneDraft => {
    const opened = folder.draft(making.place)
    drafts.push(opened)
    return opened
  }
  const discard = (): void => {
    for (const opened of drafts) opened.discard()
  }
  try {
    const files = { image: draft(), tree: draft(), changes: draft() }
    const writer = new ZoneWriter(making.recipe, making.serial, files)
    const difference = new DifferenceWriter(files.changes)
    fill(writer, difference, files.image)
    const written = writer.finish()
    difference.flush()
    const told = { making, before, written, difference }
    return {
      zonemd: written.zonemd === null ? null : printHex(written.zonemd.digest),
      keep: (state) => {
        const summary = keepFiles(files, told, state)
        discard()
        return summary
      },
      discard,
    }
  } catch (error) {
    discard()
    throw error
  }
}

interface DraftFiles {
  readonly image: ZoneDraft
  readonly tree: ZoneDraft
  readonly changes: ZoneDraft
}

interface Told {
  readonly making: ZoneMaking
  readonly before: ImageAbout | null
  readonly written: WrittenZone
  readonly difference: DifferenceWriter
}

/** The image is put in its place last, so that where it is, all is. */
function keepFiles(files: DraftFiles, told: Told, state: string): ZoneSummary {
  const { before, written, difference } = told
  const about = aboutImage(told, state)
  const { summary } = about
  if (before !== null) {
    const { added, removed, bytes } = difference
    files.changes.keep(
      differenceName(before.summary, summary),
      aboutFile('difference', { from: before.frame, to: about.frame, added, removed, bytes }),
    )
  }
  files.tree.keep(treeName(summary), aboutFile('tree', { lineBytes: written.lineBytes }))
  files.image.keep(imageName(summary), about)
  return summary
}

function aboutImage({ making, written }: Told, state: string): ImageAbout {
  const { place, serial, entries, recipe } = making
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
