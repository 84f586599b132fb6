namespace Steelyard.Worker.Pages;

/// <summary>Runs in the page, and returns what a scrape answers as JSON.</summary>
internal static class ScrapeScript
{
    public const string Text = """
        (() => {
          const meta = (...names) => {
            for (const name of names) {
              const content = document.querySelector(`meta[name="${name}" i], meta[property="${name}" i]`)?.content.trim();
              if (content) return content;
            }
          };
          const link = selector => document.querySelector(selector)?.href || undefined;
          const cleaned = () => {
            const copy = document.documentElement.cloneNode(true);
            copy.querySelectorAll('script, style, noscript, template, svg, link[rel~="stylesheet"]').forEach(element => element.remove());
            const comments = document.createTreeWalker(copy, NodeFilter.SHOW_COMMENT), found = [];
            while (comments.nextNode()) found.push(comments.currentNode);
            found.forEach(comment => comment.remove());
            for (const element of [copy, ...copy.querySelectorAll('*')])
              for (const { name } of [...element.attributes])
                if (name === 'style' || name.startsWith('on')) element.removeAttribute(name);
            return copy.outerHTML;
          };
          const links = [...document.querySelectorAll('a[href]')]
            .filter(a => /^https?:/.test(a.href))
            .map(a => ({ text: (a.innerText ?? '').trim(), url: a.href }));

          // Scripts can put half of a surrogate pair anywhere, which is no text; and data can be nested without end: what lies deeper is left out.
          const clean = (value, levels = 40) => {
            if (typeof value === 'string') return value.toWellFormed();
            if (typeof value !== 'object' || value === null) return value;
            if (levels === 0) return null;
            if (Array.isArray(value)) return value.map(each => clean(each, levels - 1));
            return Object.fromEntries(Object.entries(value).map(([name, each]) => [name.toWellFormed(), clean(each, levels - 1)]));
          };
          const jsonLd = [...document.querySelectorAll('script[type="application/ld+json"]')]
            .flatMap(script => { try { return [JSON.parse(script.textContent)]; } catch { return []; } });
          const html = document.documentElement.outerHTML;
          if (html.length > 16e6) throw new Error('the page is too large');

          // As deep as a browser's own parser goes; scripts go on. Whoever reads the page after us takes far longer with each level.
          const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT);
          for (let depth = 0; ;) {
            if (walker.firstChild()) depth++;
            else {
              while (!walker.nextSibling() && walker.parentNode()) depth--;
              if (walker.currentNode === document.documentElement) break;
            }
            if (depth > 600) throw new Error('the page is nested too deeply');
          }
          return JSON.stringify(clean({
            html,
            cleaned_html: cleaned(),
            links,
            metadata: {
              statusCode: performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0,
              title: document.title || undefined,
              description: meta('description'),
              language: document.documentElement.lang || meta('language', 'og:locale') || undefined,
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
        })()
        """;
}
