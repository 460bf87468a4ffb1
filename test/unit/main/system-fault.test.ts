import { createServer } from 'node:net'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Fault } from '../../../src/core/fault.ts'
import { readChunks } from '../../../src/main/read-chunks.ts'
import { asFault } from '../../../src/main/system-fault.ts'

describe('an error of the operating system', () => {
  test('becomes a fault that names the path', () => {
    const error = thrownBy(() => readFileSync('/nowhere/at all'))
    expect(asFault(error)).toMatchObject({
      code: 'system/not-found',
      message: '"/nowhere/at all" does not exist',
      cause: error,
    })
  })

  test('is told apart: a folder is no file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fault-'))
    try {
      const error = thrownBy(() => writeFileSync(folder, ''))
      expect(asFault(error)?.message).toBe(`${JSON.stringify(folder)} is a folder, not a file`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('names the folder that was read as a file, and the name that a file was to have', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fault-'))
    try {
      const told = `${JSON.stringify(folder)} is a folder, not a file`
      const read = thrownBy(() => [...readChunks(folder)])
      expect(asFault(read)?.message).toBe(told)
      const draft = `${folder}.draft`
      writeFileSync(draft, '')
      const renamed = thrownBy(() => renameSync(draft, folder))
      rmSync(draft)
      expect(asFault(renamed)?.message).toBe(told)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('names the address that is taken', async () => {
    const first = createServer().listen(0, '127.0.0.1')
    await once(first, 'listening')
    const address = first.address() as { readonly port: number }
    const second = createServer().listen(address.port, '127.0.0.1')
    const [error] = (await once(second, 'error').catch((cause: unknown) => [cause])) as [unknown]
    first.close()
    expect(asFault(error)).toMatchObject({ code: 'system/address-in-use' })
    expect(asFault(error)?.message).toContain(`"127.0.0.1:${address.port}"`)
  })

  test('that nobody foresaw stays a bug', () => {
    expect(asFault(Object.assign(new Error('odd'), { code: 'ENOTSUP', syscall: 'x' }))).toBeNull()
  })
})

test('a fault stays what it is', () => {
  const fault = new Fault('usage/invalid', 'expected a, got b')
  expect(asFault(fault)).toBe(fault)
})

test('a mistake of ours is no fault, even with a code that looks like one', () => {
  expect(asFault(new TypeError('x is not a function'))).toBeNull()
  expect(asFault(Object.assign(new Error('made up'), { code: 'ENOENT' }))).toBeNull()
  expect(asFault('text')).toBeNull()
})

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('it threw nothing')
}
