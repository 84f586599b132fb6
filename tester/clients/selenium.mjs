// Drives a browser that runs already with Selenium. Arguments: the path of chromedriver, the browser's HOST:PORT, the page's address.
import { Builder, By, until } from 'selenium-webdriver';
import { Options, ServiceBuilder } from 'selenium-webdriver/chrome.js';

const [chromedriver, debuggerAddress, url] = process.argv.slice(2);
const options = new Options().debuggerAddress(debuggerAddress);
const driver = await new Builder()
  .forBrowser('chrome')
  .setChromeOptions(options)
  .setChromeService(new ServiceBuilder(chromedriver))
  .build();
try {
  await driver.get(url);
  const text = await driver.findElement(By.id('name')).getText();
  await driver.findElement(By.css('a')).click();
  await driver.wait(until.titleIs('two'), 10_000);
  console.log(JSON.stringify({ text, titleAfterClick: await driver.getTitle() }));
} finally {
  await driver.quit();
}
