// Runs in an isolated world of the page. The page's scripts cannot change what Array or JSON.parse mean there, but its markup still has
// an effect: with <form name=body> in the page, document.body is that form. So the page's document is read through prototypes only, and
// the libraries get a copy in which no element's name hides a property. The copy is a document that is never displayed: no script runs in
// it, and nothing is loaded.
function scrape(formats, state) {
  const MOST_CHARACTERS = 16e6;
  const DEEPEST = 600; // A browser's own parser stops at 512, but scripts can go deeper.
  const DEEPEST_DATA = 40;
  const NOISE = 'script, style, noscript, template, svg, link[rel~="stylesheet"]';
  const NAMED = 'form, img, iframe, embed, object, button, fieldset, input, output, select, textarea';

  const get = (type, property, object) => Object.getOwnPropertyDescriptor(type.prototype, property).get.call(object);
  const all = (selector, within = document) => [...Document.prototype.querySelectorAll.call(within, selector)];
  const first = selector => Document.prototype.querySelector.call(document, selector);
  const htmlOf = tree => get(Element, 'outerHTML', get(Document, 'documentElement', tree));
  const attribute = (element, name) => Element.prototype.getAttribute.call(element, name);
  const meta = (...names) => names.map(name => first(`meta[name="${name}" i], meta[property="${name}" i]`)?.content?.trim()).find(Boolean);
  const link = selector => first(selector)?.href || undefined;

  function checkDepth(root) {
    const walker = Document.prototype.createTreeWalker.call(document, root, NodeFilter.SHOW_ELEMENT);
    for (let depth = 0; ;) {
      if (walker.firstChild()) depth++;
      else {
        while (!walker.nextSibling() && walker.parentNode()) depth--;
        if (walker.currentNode === root) return;
      }
      if (depth > DEEPEST) throw new Error('the page is nested too deeply');
    }
  }

  const copyOf = tree => Node.prototype.cloneNode.call(tree, true);

  function withoutNoise(tree) {
    const root = get(Document, 'documentElement', tree); // Stays even if it is noise itself, as in an SVG opened as a page.
    all(NOISE, tree).filter(element => element !== root).forEach(element => Element.prototype.remove.call(element));
    const comments = Document.prototype.createTreeWalker.call(tree, tree, NodeFilter.SHOW_COMMENT), found = [];
    while (comments.nextNode()) found.push(comments.currentNode);
    found.forEach(comment => comment.remove());
    for (const element of all('*', tree))
      for (const name of Element.prototype.getAttributeNames.call(element))
        if (name === 'style' || name.startsWith('on')) Element.prototype.removeAttribute.call(element, name);
    return tree;
  }

  function withoutNames(tree) {
    for (const element of all(NAMED, tree))
      for (const name of ['name', 'id']) Element.prototype.removeAttribute.call(element, name);
    return tree;
  }

  // The reader of a text does not know the page's own address. An address that leads nowhere is left out.
  function completeAddresses(selector, name, tree) {
    const base = get(Node, 'baseURI', document);
    for (const element of all(selector, tree)) {
      const url = URL.parse(attribute(element, name), base);
      if (url === null || url.protocol === 'javascript:') Element.prototype.removeAttribute.call(element, name);
      else Element.prototype.setAttribute.call(element, name, url.href.replaceAll('(', '%28').replaceAll(')', '%29'));
    }
  }

  function markdown(tree) {
    if (!tree.body) return '\n';
    all('pre br', tree).forEach(end => end.replaceWith('\n'));
    for (const block of all('pre', tree)) {
      if (block.childNodes.length === 1 && block.firstChild.nodeName === 'CODE') continue;
      const code = tree.createElement('code');
      code.textContent = block.textContent;
      block.replaceChildren(code);
    }
    completeAddresses('a[href]', 'href', tree);
    completeAddresses('img[src]', 'src', tree);

    const service = new TurndownService({
      headingStyle: 'atx', hr: '---', bulletListMarker: '-', codeBlockStyle: 'fenced', emDelimiter: '*', br: '',
    });
    const paragraph = content => `\n\n${content}\n\n`;

    // Text such as <b> or &lt; must not become markup for the reader of the Markdown.
    const { escape } = service;
    const withoutMarkup = text => text.replace(/<(?=[a-z/!?])|&(?=#?\w+;)/gi, '\\$&');
    service.escape = text => withoutMarkup(escape.call(service, text));
    service.addRule('image', {
      filter: 'img',
      replacement: (content, node, options) => withoutMarkup(options.rules.image.replacement(content, node)),
    });

    // A fence is longer than any in the code, which may be indented by up to three spaces.
    service.addRule('fence', {
      filter: node => node.nodeName === 'PRE',
      replacement: (content, node) => {
        const code = node.textContent.replace(/\n$/, ''), [, language = ''] = /language-(\S+)/.exec(node.firstChild.className) ?? [];
        const longest = Math.max(2, ...[...code.matchAll(/^ {0,3}(`{3,})/gm)].map(([, found]) => found.length));
        const fence = '`'.repeat(longest + 1);
        return paragraph(`${fence}${language.replaceAll('`', '')}\n${code}\n${fence}`);
      },
    });

    // Markdown has no tables in tables. The outer one is usually there for the layout.
    const isLayout = node => node.closest('table')?.querySelector('table') !== null;
    const filled = (content, node, options) => content.trim() && options.rules.inlineLink.replacement(content.trim(), node);
    service.addRule('link', { filter: node => node.nodeName === 'A' && node.getAttribute('href'), replacement: filled });
    service.addRule('cell', {
      filter: ['td', 'th'],
      replacement: (content, node) =>
        isLayout(node) ? paragraph(content) : ` ${content.trim().replace(/\s+/g, ' ').replaceAll('|', '\\|')} |`,
    });
    service.addRule('row', { filter: 'tr', replacement: (content, node) => isLayout(node) ? content : `\n|${content}` });
    service.addRule('rows', { filter: ['thead', 'tbody', 'tfoot'], replacement: content => content });
    service.addRule('table', {
      filter: 'table',
      replacement: (content, node) => {
        if (isLayout(node) || !node.rows.length) return paragraph(content);
        const [head, ...rest] = content.trim().split(/\n+/);
        return paragraph([head, `|${' --- |'.repeat(node.rows[0].cells.length)}`, ...rest].join('\n'));
      },
    });
    service.remove(['caption', 'colgroup']);
    return service.turndown(tree.body).replace(/[ \t]+$/gm, '') + '\n';
  }

  // Readability saves the body's HTML and parses it again before each retry. Text of the page could then become elements, so keep the
  // nodes.
  function keepNodes(body) {
    Object.defineProperty(body, 'innerHTML', {
      get: () => body.cloneNode(true),
      set: kept => {
        const nodes = kept.cloneNode(true);
        body.replaceChildren();
        while (nodes.firstChild) body.append(nodes.firstChild);
      },
    });
  }

  function readability(tree) {
    if (tree.body) keepNodes(tree.body);
    const article = tree.body ? new Readability(tree).parse() : null;
    const told = name => article?.[name] ?? null;
    return {
      title: article ? article.title : get(Document, 'title', document),
      byline: told('byline'),
      content: told('content'),
      textContent: told('textContent'),
      excerpt: told('excerpt'),
      length: article?.length ?? 0,
      siteName: told('siteName'),
      lang: told('lang'),
    };
  }

  // Scripts can put half of a surrogate pair anywhere, which is not valid text. Data can be nested without end: deeper levels are left out.
  function clean(value, levels = DEEPEST_DATA) {
    if (typeof value === 'string') return value.toWellFormed();
    if (typeof value !== 'object' || value === null) return value;
    if (levels === 0) return null;
    if (Array.isArray(value)) return value.map(each => clean(each, levels - 1));
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name.toWellFormed(), clean(each, levels - 1)]));
  }

  const root = get(Document, 'documentElement', document);
  if (!root) throw new Error('the page has no element');
  const html = htmlOf(document);
  if (html.length > MOST_CHARACTERS) throw new Error('the page is too large');
  checkDepth(root);

  // JSON, plain text and the like come as they are: the browser only wraps them to show them.
  const type = get(Document, 'contentType', document);
  const plain = /html|xml|pdf|^image|^video|^audio/.test(type) ? null : first('pre')?.textContent;
  if (type === 'application/pdf') throw new Error('the page is a PDF, which cannot be scraped');

  const makers = plain != null ? {
    html: () => plain,
    cleaned_html: () => plain,
    markdown: () => plain,
    readability: () => ({ ...readability(withoutNames(copyOf(document))), content: plain, textContent: plain }),
  } : {
    html: () => html,
    cleaned_html: () => htmlOf(withoutNoise(copyOf(document))),
    markdown: () => markdown(withoutNames(withoutNoise(copyOf(document)))),
    readability: () => readability(withoutNames(copyOf(document))),
  };
  const jsonLd = all('script[type="application/ld+json"]').flatMap(script => {
    try { return [JSON.parse(script.textContent)]; } catch { return []; }
  });
  return JSON.stringify(clean({
    content: Object.fromEntries(formats.map(format => [format, makers[format]()])),
    links: all('a[href]').filter(a => /^https?:/.test(a.href)).map(a => ({ text: (a.innerText ?? '').trim(), url: a.href })),
    metadata: {
      ...state,
      statusCode: performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0,
      title: get(Document, 'title', document) || undefined,
      description: meta('description'),
      language: attribute(root, 'lang') || meta('language', 'og:locale') || undefined,
      author: meta('author'),
      articleAuthor: meta('article:author'),
      keywords: meta('keywords'),
      canonical: link('link[rel="canonical" i]'),
      favicon: link('link[rel~="icon" i]'),
      ogTitle: meta('og:title'),
      ogDescription: meta('og:description'),
      ogImage: meta('og:image'),
      ogUrl: meta('og:url'),
      ogSiteName: meta('og:site_name'),
      publishedTime: meta('article:published_time', 'datePublished', 'date'),
      modifiedTime: meta('article:modified_time', 'og:updated_time', 'dateModified', 'last-modified'),
      jsonLd: jsonLd.length > 1 ? jsonLd : jsonLd[0],
      urlSource: location.href,
      timestamp: new Date().toISOString(),
    },
  }));
}
