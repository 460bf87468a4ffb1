// What passkeys need of a browser (Web Authentication Level 3). Where there is nothing of it, nothing is shown.
'use strict'

// Browsers make none for hosts that are figures.
const isNamed = !/^[\d.]+$|^\[/.test(location.hostname)
const places = 'PublicKeyCredential' in window && isNamed ? '[data-passkey]' : '[data-never]'

const decode = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const ask = async (path, body) => {
  const answer = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const told = await answer.json().catch(() => ({}))
  if (!answer.ok) throw new Error(told.detail ?? '')
  return told
}

const signIn = async () => {
  const { challenge, ...options } = await ask('/v1/session/passkey/challenge', {})
  const { id, response } = await navigator.credentials.get({
    publicKey: { ...options, challenge: decode(challenge) },
  })
  await ask('/v1/session/passkey', {
    id,
    clientDataJSON: encode(response.clientDataJSON),
    authenticatorData: encode(response.authenticatorData),
    signature: encode(response.signature),
    userHandle: encode(response.userHandle),
  })
}

const add = async (form) => {
  const { name, password } = Object.fromEntries(new FormData(form))
  const body = password === '' ? {} : { password }
  const { challenge, user, excludeCredentials, ...options } = await ask(
    '/v1/session/passkeys/challenge',
    body,
  )
  const { id, response } = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: decode(challenge),
      user: { ...user, id: decode(user.id) },
      excludeCredentials: excludeCredentials.map((one) => ({ ...one, id: decode(one.id) })),
    },
  })
  await ask('/v1/session/passkeys', {
    name,
    id,
    clientDataJSON: encode(response.clientDataJSON),
    attestationObject: encode(response.attestationObject),
    transports: response.getTransports?.() ?? [],
  })
}

for (const form of document.querySelectorAll(places)) {
  form.hidden = false
  const failed = form.querySelector('[role=alert]')
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = form.querySelector('button')
    button.disabled = true
    failed.textContent = ''
    try {
      await (form.dataset.passkey === 'add' ? add(form) : signIn())
      location.assign(form.dataset.then)
    } catch (error) {
      // What a browser says of it is for programmers; what the server says is for whoever asks.
      const isTold = error instanceof Error && !(error instanceof DOMException)
      failed.textContent = [form.dataset.failed, isTold ? error.message : ''].join(' ').trim()
      button.disabled = false
    }
  })
}
