import { Fault } from '../core/fault.ts'
import { EXPLANATION_FORMAT, MAX_EXPLANATION_BYTES, type Explanation } from './explanation.ts'
import { isCount } from './list-facts.ts'
import { isRecord } from './parse-signed.ts'

/** The form of an explanation, which may be from anybody. Nothing in it is verified. Throws `audit/proof`. */
export function parseExplanation(bytes: Uint8Array): Explanation {
  if (bytes.length > MAX_EXPLANATION_BYTES) {
    throw refused(`at most ${MAX_EXPLANATION_BYTES} bytes`, String(bytes.length))
  }
  const value = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
  const isWhole =
    isRecord(value) &&
    value['format'] === EXPLANATION_FORMAT &&
    isText(value['value']) &&
    isListOf(value['policies'], isText) &&
    isListOf(value['roots'], isFile) &&
    isListOf(value['targets'], isFile) &&
    isListOf(value['lists'], isList)
  if (isWhole) return value as unknown as Explanation
  throw refused(`an explanation of the format ${EXPLANATION_FORMAT}`, 'another form')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Fault('audit/proof', 'expected an explanation in JSON, got another text', { cause })
  }
}

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'

function isListOf(value: unknown, isItem: Check): boolean {
  return Array.isArray(value) && value.every(isItem)
}

function isFile(value: unknown): boolean {
  return (
    isRecord(value) &&
    isText(value['role']) &&
    isCount(value['version']) &&
    isText(value['bytes']) &&
    isText(value['proof'])
  )
}

function isList(value: unknown): boolean {
  return (
    isRecord(value) &&
    isText(value['list']) &&
    isText(value['place']) &&
    isListOf(value['steps'], isStep)
  )
}

function isStep(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { serial, at, added, removed, file, metadata, manifest } = value
  return (
    isCount(serial) &&
    (at === null || isText(at)) &&
    isListOf(added, isText) &&
    isListOf(removed, isText) &&
    isRecord(file) &&
    isText(file['name']) &&
    isText(file['bytes']) &&
    isFile(metadata) &&
    (manifest === null ||
      (isRecord(manifest) && isText(manifest['bytes']) && isText(manifest['proof'])))
  )
}

function refused(expected: string, got: string): Fault {
  return new Fault('audit/proof', `expected ${expected}, got ${got}`)
}
