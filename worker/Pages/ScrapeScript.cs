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
          const clean = () => {
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
            .map(a => ({ text: (a.innerText ?? '').trim().toWellFormed(), url: a.href }));
          const jsonLd = [...document.querySelectorAll('script[type="application/ld+json"]')]
            .flatMap(script => { try { return [JSON.parse(script.textContent)]; } catch { return []; } });
          const html = document.documentElement.outerHTML.toWellFormed();
          if (html.length > 16e6) throw new Error('the page is too large');
          return JSON.stringify({
            html,
            cleaned_html: clean().toWellFormed(),
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
          });
        })()
        """;
}
