// The tests that the page shows are tests here.
import "../../pages/guides/testing/answer.test.ts";
import "../../pages/guides/testing/hub.test.ts";
import "../../pages/guides/testing/page.test.ts";
