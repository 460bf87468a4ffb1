import { describe, expect, test } from 'vitest'
import { fillCommand, runCommand } from '../../../src/agent/run-command.ts'

const failure = (code: string, part: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(part) as string })

describe('a command', () => {
  test('is run without a shell', async () => {
    await runCommand(['test', '$HOME; exit 1', '=', '$HOME; exit 1'], 5000)
  })

  test('that fails is told with its code and what it printed', async () => {
    await expect(runCommand(['ls', '/nowhere/at/all'], 5000)).rejects.toThrow(
      failure('agent/command', 'exit code 2'),
    )
    await expect(runCommand(['ls', '/nowhere/at/all'], 5000)).rejects.toThrow(
      failure('agent/command', 'No such file'),
    )
  })

  test('that does not exist is told so', async () => {
    await expect(runCommand(['no-such-program-here'], 5000)).rejects.toThrow(
      failure('agent/command', 'no such program'),
    )
  })

  test('that takes too long is stopped', async () => {
    await expect(runCommand(['sleep', '60'], 50)).rejects.toThrow(
      failure('agent/command', 'nothing within 50 ms'),
    )
  })

  test('that prints without end is stopped', async () => {
    await expect(runCommand(['yes'], 5000)).rejects.toThrow(failure('agent/command', 'maxBuffer'))
  })

  test('that waits for input gets none', async () => {
    await runCommand(['cat'], 5000)
  })

  test('has its placeholders filled in, and no other braces touched', () => {
    expect(fillCommand(['a', 'x={file}', '{other}', '{file}{file}'], { file: '/p' })).toEqual([
      'a',
      'x=/p',
      '{other}',
      '/p/p',
    ])
  })
})
