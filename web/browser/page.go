//go:build unix

package browser

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Page is a tab of its own: it shares no storage with others. Its methods may be called from
// one goroutine at a time.
type Page struct {
	b               *Browser
	session, target string

	mu     sync.Mutex
	faults []string
}

// Look is how a page is looked at.
type Look struct {
	Width, Height int     // CSS pixels
	Scale         float64 // device pixels for each; 0 = 1
	Dark          bool
	Touch         bool
	Language      string // "ru-RU"; "" = "en-US"
}

// Open opens a new tab at url, and waits until it has been loaded.
func (b *Browser) Open(url string, look Look) (*Page, error) {
	var made struct {
		Context string `json:"browserContextId"`
		Target  string `json:"targetId"`
		Session string `json:"sessionId"`
	}
	if err := b.call("", "Target.createBrowserContext", nil, &made); err != nil {
		return nil, err
	}
	if err := b.call("", "Target.createTarget", map[string]any{"url": "about:blank", "browserContextId": made.Context}, &made); err != nil {
		return nil, err
	}
	if err := b.call("", "Target.attachToTarget", map[string]any{"targetId": made.Target, "flatten": true}, &made); err != nil {
		return nil, err
	}
	p := &Page{b: b, session: made.Session, target: made.Target}
	b.mu.Lock()
	b.pages[p.session] = p
	b.mu.Unlock()
	for _, domain := range []string{"Runtime.enable", "Log.enable", "Page.enable"} {
		if err := p.call(domain, nil, nil); err != nil {
			return nil, err
		}
	}
	// Each page is the one that somebody looks at, though there are several.
	if err := p.call("Emulation.setFocusEmulationEnabled", map[string]any{"enabled": true}, nil); err != nil {
		return nil, err
	}
	if err := p.Look(look); err != nil {
		return nil, err
	}
	return p, p.Go(url)
}

// Close closes the tab.
func (p *Page) Close() error {
	p.b.mu.Lock()
	delete(p.b.pages, p.session)
	p.b.mu.Unlock()
	return p.b.call("", "Target.closeTarget", map[string]any{"targetId": p.target}, nil)
}

func (p *Page) call(method string, params, result any) error {
	return p.b.call(p.session, method, params, result)
}

// Look changes how the page is looked at.
func (p *Page) Look(look Look) error {
	if look.Scale == 0 {
		look.Scale = 1
	}
	if look.Language == "" {
		look.Language = "en-US"
	}
	scheme := "light"
	if look.Dark {
		scheme = "dark"
	}
	for _, c := range []struct {
		method string
		params map[string]any
	}{
		{"Emulation.setDeviceMetricsOverride", map[string]any{"width": look.Width, "height": look.Height, "deviceScaleFactor": look.Scale, "mobile": look.Touch}},
		{"Emulation.setTouchEmulationEnabled", map[string]any{"enabled": look.Touch}},
		{"Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}}},
		{"Emulation.setUserAgentOverride", map[string]any{"userAgent": "test", "acceptLanguage": look.Language}},
	} {
		if err := p.call(c.method, c.params, nil); err != nil {
			return err
		}
	}
	return nil
}

// Go goes to an address, and waits until the page has been loaded.
func (p *Page) Go(url string) error {
	var went struct {
		Error string `json:"errorText"`
	}
	if err := p.call("Page.navigate", map[string]any{"url": url}, &went); err != nil {
		return err
	}
	if went.Error != "" {
		return fmt.Errorf("going to %s: %s", url, went.Error)
	}
	return p.Until("document.readyState === 'complete' && location.href !== 'about:blank'")
}

// Reload loads the page again.
func (p *Page) Reload() error {
	if err := p.Run("window.beforeReload = true"); err != nil {
		return err
	}
	if err := p.call("Page.reload", nil, nil); err != nil {
		return err
	}
	return p.Until("!window.beforeReload && document.readyState === 'complete'")
}

// Eval gives the value of an expression of JavaScript; a promise is waited for.
func (p *Page) Eval(expression string, value any) error {
	var got struct {
		Result struct {
			Value jsontext.Value `json:"value"`
		} `json:"result"`
		Exception *struct {
			Text      string `json:"text"`
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	err := p.call("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true}, &got)
	switch {
	case err != nil:
		return err
	case got.Exception != nil:
		return fmt.Errorf("%s: %s %s", expression, got.Exception.Text, got.Exception.Exception.Description)
	case value == nil:
		return nil
	}
	return json.Unmarshal(got.Result.Value, value)
}

// Run runs JavaScript.
func (p *Page) Run(script string) error { return p.Eval("void (() => { "+script+" })()", nil) }

// Until waits until an expression of JavaScript is true. It is looked at every 25 ms.
func (p *Page) Until(expression string) error {
	const wait = `new Promise(done => {
		const end = Date.now() + %d, look = () => {
			let holds = false;
			try { holds = Boolean(%s) } catch {}
			if (holds || Date.now() > end) done(holds); else setTimeout(look, 25);
		};
		look();
	})`
	for range 3 { // a page that is being left takes its promises with it
		var holds bool
		err := p.Eval(fmt.Sprintf(wait, patience.Milliseconds(), expression), &holds)
		if err == nil && !holds {
			var body string
			_ = p.Eval("document.body.innerText.replace(/\\s+/g, ' ').slice(-600)", &body) // it is only shown
			return fmt.Errorf("it did not come true within %v: %s\nthe page says:\n%s", patience, expression, body)
		}
		if err == nil || !strings.Contains(err.Error(), "context") && !strings.Contains(err.Error(), "navigated") {
			return err
		}
	}
	return fmt.Errorf("the page is left again and again, waiting for %s", expression)
}

// Click clicks the middle of the element that a CSS selector finds first, as a mouse does.
func (p *Page) Click(selector string) error {
	release, err := p.Hold(selector)
	if err != nil {
		return err
	}
	return release()
}

// Hold is a click whose button is not let go before release is called.
func (p *Page) Hold(selector string) (release func() error, err error) {
	quoted := strconv.Quote(selector)
	if err := p.Until("document.querySelector(" + quoted + ").checkVisibility()"); err != nil {
		return nil, err
	}
	var at struct{ X, Y float64 }
	err = p.Eval(`(() => { const e = document.querySelector(`+quoted+`); e.scrollIntoView({ block: 'nearest' });
		const b = e.getBoundingClientRect(); return { X: b.x + b.width / 2, Y: b.y + b.height / 2 } })()`, &at)
	if err != nil {
		return nil, err
	}
	mouse := func(kind string) error {
		about := map[string]any{"type": kind, "x": at.X, "y": at.Y}
		if kind != "mouseMoved" {
			about["button"], about["clickCount"] = "left", 1
		}
		return p.call("Input.dispatchMouseEvent", about, nil)
	}
	if err := mouse("mouseMoved"); err != nil {
		return nil, err
	}
	return func() error { return mouse("mouseReleased") }, mouse("mousePressed")
}

// Type puts text where the cursor is, all at once, as a keyboard of a phone does.
func (p *Page) Type(text string) error {
	return p.call("Input.insertText", map[string]any{"text": text}, nil)
}

// Compose leaves a text unfinished in an input method.
func (p *Page) Compose(text string) error {
	return p.call("Input.imeSetComposition", map[string]any{"text": text, "selectionStart": len([]rune(text)), "selectionEnd": len([]rune(text))}, nil)
}

// keyCodes are those of the keys that tests press, as Windows counts them.
var keyCodes = map[string]int{"Enter": 13, "Tab": 9, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40, "Process": 229}

// Press presses a key and lets it go; modifiers before it are joined by "+", as in "Shift+Enter".
func (p *Page) Press(keys string) error {
	parts := strings.Split(keys, "+")
	key := parts[len(parts)-1]
	modifiers := 0
	for i, name := range []string{"Alt", "Control", "Meta", "Shift"} {
		if slices.Contains(parts[:len(parts)-1], name) {
			modifiers |= 1 << i
		}
	}
	about := map[string]any{"type": "rawKeyDown", "key": key, "code": key, "windowsVirtualKeyCode": keyCodes[key], "modifiers": modifiers}
	if key == "Enter" {
		about["type"], about["text"] = "keyDown", "\r"
	}
	if err := p.call("Input.dispatchKeyEvent", about, nil); err != nil {
		return err
	}
	delete(about, "text")
	about["type"] = "keyUp"
	return p.call("Input.dispatchKeyEvent", about, nil)
}

// Picture is the page as PNG.
func (p *Page) Picture() ([]byte, error) {
	var got struct {
		Data string `json:"data"`
	}
	if err := p.call("Page.captureScreenshot", map[string]any{"format": "png"}, &got); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(got.Data)
}

// note takes an event of the page; those that tell of a fault are kept.
func (p *Page) note(method string, params jsontext.Value) {
	var fault string
	switch method {
	case "Runtime.exceptionThrown", "Log.entryAdded":
		fault = string(params)
	case "Runtime.consoleAPICalled":
		var said struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(params, &said) != nil || said.Type != "error" && said.Type != "warning" && said.Type != "assert" {
			return
		}
		fault = string(params)
	default:
		return
	}
	p.mu.Lock()
	p.faults = append(p.faults, fault)
	p.mu.Unlock()
}

// Faults are exceptions, what the console says of errors, refusals of the security policy, and
// requests that failed, each as Chromium tells it, since they were last asked for.
func (p *Page) Faults() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.faults
	p.faults = nil
	return all
}
