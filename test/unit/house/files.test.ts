import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

const sources = filesUnder('src').filter((path) => path.endsWith('.ts'))
const tests = filesUnder('test').filter((path) => path.endsWith('.ts'))
const vectors = filesUnder('test/vectors').filter((path) => !path.endsWith('README.md'))

describe('files', () => {
  test('are named in kebab-case after the one thing that they export', () => {
    const wrong = sources.filter((path) => !/^src(\/[a-z][a-z0-9-]*)+\.ts$/.test(path))
    expect(wrong).toEqual([])
  })

  test('are no drawers and no barrels', () => {
    const drawer =
      /(^|[/-])(index|utils?|helpers?|common|misc|types|managers?|services?|impl|base)\.ts$/
    expect([...sources, ...tests].filter((path) => drawer.test(path))).toEqual([])
  })

  test('give a reason for every rule that they suspend', () => {
    const suspensions = [...sources, ...tests].flatMap((path) =>
      read(path)
        .split('\n')
        .filter((line) => /^\s*\/[/*] (eslint-disable|@ts-)/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    )
    expect(suspensions.filter((line) => !/(eslint-\S+ \S+ -- |@ts-\S+ )\S/.test(line))).toEqual([])
  })
})

describe('vectors', () => {
  const texts = tests.map(read)

  test('are each read by a test', () => {
    expect(vectors.filter((path) => !texts.some((text) => names(text, path)))).toEqual([])
  })

  test('are each explained in a README', () => {
    const readmes = filesUnder('test/vectors').filter((path) => path.endsWith('README.md'))
    const explained = readmes.map(read)
    expect(vectors.filter((path) => !explained.some((text) => names(text, path)))).toEqual([])
  })
})

describe('the lock file', () => {
  test('names no registry, so that any mirror will do', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/)
  })

  test('and the manifest hold exact versions', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Manifest
    const all = Object.entries({ ...dependencies, ...devDependencies })
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  })
})

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** Whether `text` names a vector: its file, or the folder that it reads as a whole. */
function names(text: string, path: string): boolean {
  const [, , ...parts] = path.split('/')
  const file = parts.at(-1) ?? ''
  const folder = parts.slice(0, -1).join('/')
  if (text.includes(file)) return true
  return folder !== '' && text.includes(`${folder}/`) && /readdir|\*|README/.test(text)
}

function read(path: string): string {
  return readFileSync(`${ROOT}/${path}`, 'utf8')
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(`${ROOT}/${folder}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(ROOT.length).replace(/^\//, ''))
    .sort()
}
