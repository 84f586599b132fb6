// Sends every kind of request that a page can send to a foreign address. `origin` is an origin like http://0.0.0.0:8080; `gets`,
// `navigations` and `others` are paths on it. Resolves when every request is answered, refused by the browser or timed out.
async function attack(origin, gets, navigations, others) {
  let count = 0;
  const patience = 4000; // Some vectors never report a failure.
  const later = (start) => new Promise((done) => { setTimeout(done, patience); start(done); });
  const place = (tag, properties) => later((done) =>
    document.body.append(Object.assign(document.createElement(tag), properties, { onload: done, onerror: done })));
  const frame = (properties) => {
    const made = Object.assign(document.createElement('iframe'), { name: `frame${count++}` }, properties);
    document.body.append(made);
    return made;
  };
  const submit = (method, url) => later((done) => {
    const target = frame({});
    const form = Object.assign(document.createElement('form'), { method, action: url, target: target.name });
    document.body.append(form);
    target.onload = done;
    form.submit();
  });
  // The origin of a sandboxed frame is opaque, so the browser sends `Origin: null`.
  const fromSandbox = (url) => later((done) => {
    let loads = 0;
    frame({
      sandbox: 'allow-scripts allow-forms',
      onload: () => ++loads === 2 && done(),
      srcdoc: `<form method=post action="${url}"></form><script>document.forms[0].submit()</script>`,
    });
  });
  const ask = (url, options) => fetch(url, { mode: 'no-cors', ...options }).catch(() => {});
  const connect = (url) => later((done) => {
    const socket = new WebSocket(url.replace('http:', 'ws:'));
    socket.onopen = () => done(socket.close());
    socket.onerror = done;
  });
  const listen = (url) => later((done) => {
    const source = new EventSource(url);
    source.onopen = source.onerror = () => done(source.close());
  });
  const open = (url, features) => later((done) => {
    const opened = window.open(url, '_blank', features);
    setTimeout(() => done(opened?.close()), 1000);
  });
  const click = (url) => Object.assign(document.createElement('a'), { href: url, target: '_blank', rel: 'noreferrer' }).click();

  // Every address is unique, because the browser would answer a repeated address from its cache.
  const each = (path) => `${origin}${path}${path.includes('?') ? '&' : '?'}count=${count++}`;
  const quietly = { referrerPolicy: 'no-referrer' };
  const get = (path) => [
    ...['img', 'script', 'iframe', 'embed', 'video'].map((tag) => place(tag, { src: each(path) })),
    ...['img', 'script', 'iframe'].map((tag) => place(tag, { src: each(path), ...quietly })),
    place('link', { rel: 'stylesheet', href: each(path) }), place('img', { src: `/redirect?${each(path)}` }),
    submit('get', each(path)), listen(each(path)), connect(each(path)),
    ask(each(path)), ask(each(path), quietly), ask(each(path), { mode: 'cors' }), ask(each(path), { method: 'HEAD' }),
  ];
  const navigate = (path) => [open(each(path)), open(each(path), 'noreferrer'), click(each(path))];
  const change = (path) => [
    submit('post', each(path)), fromSandbox(each(path)), navigator.sendBeacon(each(path)), navigator.sendBeacon(each(path), '{}'),
    ask(each(path), { method: 'POST', body: '{}' }), ask(each(path), { method: 'POST', ...quietly }),
    ...['PUT', 'DELETE'].map((method) => ask(each(path), { mode: 'cors', method })),
  ];
  await Promise.all([...navigations.flatMap(navigate), ...others.flatMap(change), ...gets.flatMap(get)]);
  document.body.replaceChildren();
}
