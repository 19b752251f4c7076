// What every witness shares: it is told its part by one line of JSON, runs its steps in order, and says of each in one
// line how it went. A browser is asked for by {"open": url}; the answer is where the browser was led in the end.
import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

async function read() {
  const { value, done } = await lines.next()
  if (done) throw new Error('nobody answers')
  return JSON.parse(value)
}

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)

/** Send the person's browser to an address; return the address of ours that it was led back to. */
export async function browse(url) {
  say({ open: String(url) })
  const { left_for: address } = await read()
  if (!address) throw new Error('the browser was not led back')
  return new URL(address)
}

/** Fail with words unless it holds. */
export function check(holds, words) {
  if (!holds) throw new Error(words)
}

/** Expect a refusal; return what it said. */
export async function refused(attempt) {
  try {
    await attempt()
  } catch (error) {
    return error
  }
  throw new Error('it was not refused')
}

/** Run the steps of `make(part)`; later ones may use what earlier ones found. */
export async function testify(make) {
  const steps = await make(await read())
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step()
      say({ step: name, said: 'ok' })
    } catch (error) {
      const cause = error.cause ? ` ${JSON.stringify(error.cause, Object.getOwnPropertyNames(error.cause))}` : ''
      say({ step: name, said: `${error.name}: ${error.message}${cause}`.slice(0, 2000) })
    }
  }
  say({ over: true })
  process.exit(0)
}
