// Drives a browser with one version of Puppeteer. Arguments: its package, the browser's address, the page's address, a file to upload.
const [name, browserURL, url, file] = process.argv.slice(2);
const { default: puppeteer } = await import(name);

const browser = await puppeteer.connect({ browserURL, protocolTimeout: 20_000 });
const page = await browser.newPage();
await page.goto(url, { timeout: 20_000 });
const picture = Buffer.from(await page.screenshot());
const text = await page.$eval('#name', (element) => element.textContent);
const input = await page.$('input');
const upload = await input.uploadFile(file).then(
  () => page.$eval('input', (element) => element.files[0].text()),
  (error) => error.message,
);
const seen = { title: await page.title(), text, picture: [picture.readUInt32BE(16), picture.readUInt32BE(20)] };
await page.close();
await browser.disconnect();
console.log(JSON.stringify({ seen, upload }));
