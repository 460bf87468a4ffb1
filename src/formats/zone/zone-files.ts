import { parseHex, printHex } from './zone-frame.ts'
import { decodeTreeBlocks, type TreeBlocks } from './tree-blocks.ts'
import { RENDERER } from './zone-recipe.ts'
import type { ZoneFile, ZoneFolder } from './zone-folder.ts'
import type { ZoneKey, ZoneSummary } from './zone-key.ts'
import type { WrittenZone } from './zone-writer.ts'

/** What stands around the records of the lines, as text: records in hex. */
export interface ToldFrame {
  readonly soa: string
  readonly ns: string
  /** The ZONEMD record; empty for none. */
  readonly zonemd: string
  readonly beacon: string
}

interface Told {
  readonly format: string
  readonly renderer: number
}

/** What is said of an image: first the zone's records, then the table of its messages. */
export interface ImageAbout extends Told {
  readonly summary: ZoneSummary
  /** How many entries the list has. */
  readonly entries: number
  /** `ZoneRecipe.body` and `.whole`. */
  readonly body: string
  readonly whole: string
  readonly frame: ToldFrame
  /** How many bytes stand before the records of the lines. */
  readonly headBytes: number
}

/** What is said of a tree: first its lines, then the index of its blocks. */
export interface TreeAbout extends Told {
  readonly lineBytes: number
}

/** What is said of a difference. */
export interface DifferenceAbout extends Told {
  readonly from: ToldFrame
  readonly to: ToldFrame
  readonly added: number
  readonly removed: number
  readonly bytes: number
}

const FORMATS = {
  image: 'bailiwick-zone/1',
  tree: 'bailiwick-zone-tree/1',
  difference: 'bailiwick-zone-difference/1',
} as const

type Part = keyof typeof FORMATS

export function aboutFile<T>(part: Part, told: T): T & Told {
  return { format: FORMATS[part], renderer: RENDERER, ...told }
}

/** Not when it is of another make: then it is made again. */
function isOurs(part: Part, { about }: ZoneFile): boolean {
  const { format, renderer } = about as Told
  return format === FORMATS[part] && renderer === RENDERER
}

function openPart(folder: ZoneFolder, part: Part, place: string, name: string): ZoneFile | null {
  return ours(part, folder.open(place, name))
}

function ours(part: Part, file: ZoneFile | null): ZoneFile | null {
  if (file === null || isOurs(part, file)) return file
  file.close()
  return null
}

/** How much of a state stands in names: enough to tell apart what a restored backup let come twice. */
const STATE_DIGITS = 16

function zoneName({ serial, state }: Omit<ZoneKey, 'place'>): string {
  return `${serial}-${state.slice(0, STATE_DIGITS)}`
}

export function imageName(key: ZoneKey): string {
  return `${zoneName(key)}.zone`
}

export function treeName(key: ZoneKey): string {
  return `${zoneName(key)}.tree`
}

export function differenceName(from: Omit<ZoneKey, 'place'>, to: Omit<ZoneKey, 'place'>): string {
  return `${zoneName(from)}_${zoneName(to)}.diff`
}

/** What a file of the folder is; the state is shortened. Null for what is none of ours. */
export function parseFileName(name: string): FileName | null {
  const [, fromSerial, fromState, toSerial = '', toState = '', part] =
    /^(?:([0-9]{1,10})-([0-9a-f]{16})_)?([0-9]{1,10})-([0-9a-f]{16})\.(zone|tree|diff)$/.exec(
      name,
    ) ?? []
  if (part === undefined || (part === 'diff') !== (fromSerial !== undefined)) return null
  const to = { serial: Number(toSerial), state: toState }
  const from = { serial: Number(fromSerial ?? toSerial), state: fromState ?? toState }
  return { name, part: part as FileName['part'], from, to }
}

export interface FileName {
  readonly name: string
  readonly part: 'zone' | 'tree' | 'diff'
  /** The same as `to`, but for differences. */
  readonly from: Omit<ZoneKey, 'place'>
  readonly to: Omit<ZoneKey, 'place'>
}

/** Whether a shortened state is that of `key`. */
export function isNamed(name: Omit<ZoneKey, 'place'>, key: Omit<ZoneKey, 'place'>): boolean {
  return name.serial === key.serial && name.state === key.state.slice(0, STATE_DIGITS)
}

export function fileNames(folder: ZoneFolder, place: string): FileName[] {
  return folder.names(place).flatMap((name) => parseFileName(name) ?? [])
}

/** Whether there is an image of that name. */
export function hasZone(folder: ZoneFolder, key: ZoneKey): boolean {
  return folder.names(key.place).includes(imageName(key))
}

/** Removes the image of that name, if there is one. */
export function removeZone(folder: ZoneFolder, key: ZoneKey): void {
  folder.remove(key.place, imageName(key))
}

/** A zone's image, open. */
export interface OpenZone {
  readonly about: ImageAbout
  readonly image: ZoneFile
  readonly headBytes: number
  /** Where the records of the lines end. */
  readonly bodyEnd: number
}

/** The image of that name; null when there is none, or none of ours. */
export function openZone(
  folder: ZoneFolder,
  place: string,
  name: string,
  isChecked = false,
): OpenZone | null {
  const image = ours('image', folder.open(place, name, isChecked))
  if (image === null) return null
  const about = image.about as ImageAbout
  const { summary, frame, headBytes } = about
  const bodyEnd = summary.bytes - (frame.beacon.length + frame.soa.length) / 2
  return { about, image, headBytes, bodyEnd }
}

/** A zone's tree, open. */
export interface OpenTree {
  readonly file: ZoneFile
  readonly lineBytes: number
  readonly index: TreeBlocks
}

export function openTree(folder: ZoneFolder, key: ZoneKey): OpenTree | null {
  const file = openPart(folder, 'tree', key.place, treeName(key))
  if (file === null) return null
  const { lineBytes } = file.about as TreeAbout
  const bytes = new Uint8Array(file.length - lineBytes)
  file.read(lineBytes, bytes)
  return { file, lineBytes, index: decodeTreeBlocks(bytes) }
}

/** A difference, open. */
export interface OpenDifference {
  readonly file: ZoneFile
  readonly about: DifferenceAbout
}

export function openDifference(
  folder: ZoneFolder,
  place: string,
  name: string,
): OpenDifference | null {
  const file = openPart(folder, 'difference', place, name)
  return file === null ? null : { file, about: file.about as DifferenceAbout }
}

export function tellFrame({ frame, zonemd }: WrittenZone): ToldFrame {
  return {
    soa: printHex(frame.soa),
    ns: printHex(frame.ns),
    zonemd: zonemd === null ? '' : printHex(zonemd.record),
    beacon: printHex(frame.beacon),
  }
}

export function soaOf({ frame }: ImageAbout): Uint8Array {
  return parseHex(frame.soa)
}
