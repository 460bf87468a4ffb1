import { execFile } from 'node:child_process'
import { needsProgram } from '../needs-program.ts'

/**
 * What the server on this port of loopback says to each question (`name` or `name TYPE`), by one run of `dig`: the status, then the
 * data of its answers in order; `silence` when it says nothing, `truncated` when it wants to be asked over TCP.
 */
export async function askAll(
  port: number,
  questions: readonly string[],
): Promise<readonly string[]> {
  const options = ['+noall', '+comments', '+question', '+answer', '+ignore', '+tries=1', '+time=1']
  const asked = questions.flatMap((question) => {
    const [name = '', type = 'A'] = question.split(' ')
    return [name, type, ...options]
  })
  const output = await run(['@127.0.0.1', '-p', String(port), ...asked])
  const answers = new Map<string, string>()
  for (const reply of output.split(';; Got answer:').slice(1)) {
    const [, name = '', type = ''] = /^;(\S+?)\.?\s+IN\s+(\S+)$/m.exec(reply) ?? []
    answers.set(`${name} ${type}`, printReply(reply))
  }
  return questions.map((question) => {
    return answers.get(question.includes(' ') ? question : `${question} A`) ?? 'silence'
  })
}

export async function ask(port: number, question: string): Promise<string> {
  const [answer = 'silence'] = await askAll(port, [question])
  return answer
}

function printReply(reply: string): string {
  const status = /status: (\w+)/.exec(reply)?.[1] ?? ''
  if (/flags:[^;]* tc\b/.test(reply)) return 'truncated'
  const data = [...reply.matchAll(/^[^;\s]\S*\s+\d+\s+IN\s+(\S+\s+.*)$/gm)].map(([, text = '']) => {
    const [type = '', ...rest] = text.split(/\s+/)
    return type === 'A' || type === 'AAAA' ? rest.join(' ') : [type, ...rest].join(' ')
  })
  return [status, ...data].join(' ')
}

function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(needsProgram('dig'), args, (_error, stdout) => resolve(stdout))
  })
}
