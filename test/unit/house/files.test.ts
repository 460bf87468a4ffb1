import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

const sources = filesUnder('src').filter((path) => /\.tsx?$/.test(path))
const tests = filesUnder('test').filter((path) => path.endsWith('.ts'))
const vectors = filesUnder('test/vectors').filter((path) => !path.endsWith('README.md'))

describe('files', () => {
  test('are named in kebab-case after the one thing that they export', () => {
    const wrong = sources.filter((path) => !/^src(\/[a-z][a-z0-9-]*)+(\.d)?\.tsx?$/.test(path))
    expect(wrong).toEqual([])
  })

  test('are no drawers and no barrels', () => {
    const drawer =
      /(^|[/-])(index|utils?|helpers?|common|misc|types|managers?|services?|impl|base)\.tsx?$/
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

test('every folder of vectors is explained in their README', () => {
  const readme = read('test/vectors/README.md')
  const folders = new Set(vectors.map((path) => path.split('/')[2] ?? ''))
  expect([...folders].filter((folder) => !readme.includes(`${folder}/`))).toEqual([])
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

function read(path: string): string {
  return readFileSync(`${ROOT}/${path}`, 'utf8')
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(`${ROOT}/${folder}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(ROOT.length).replace(/^\//, ''))
    .sort()
}
