//go:build unix

package main

import (
	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabHTTPCommand is `jim lab http`.
func newLabHTTPCommand() *cobra.Command {
	var (
		r labRun
		h lab.HTTP
	)
	c := r.add(&cobra.Command{
		Use:   "http URL",
		Short: "A GET written by hand, and the raw answer",
		Long: `Ask a web server for a page with a request written by hand: a browser does the same. The answer is
printed on stdout as it came, its body up to --body bytes.

With --old the request is the lecture's, HTTP/1.0 without headers. Over https the same bytes travel
inside TLS. No redirect is followed and no chunk taken apart: they are explained.`,
		Example: `  jim lab http http://127.0.0.1:7777/ --trace
  jim lab http http://127.0.0.1:7777/nothing
  jim lab http example.com --old`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if h.Body < 0 || h.Body > 1<<20 {
				return exitf(exitUsage, "--body is %d; it can be 0 to 1048576 bytes", h.Body)
			}
			return r.run(c, func(l *lab.Lab) error {
				if h.URL, err = lab.ParseURL(args[0]); err != nil {
					return err
				}
				return h.Run(l)
			})
		},
	})
	c.Flags().BoolVar(&h.Old, "old", false, "send HTTP/1.0 without headers, as the lecture does")
	c.Flags().IntVar(&h.Body, "body", 600, "how many `BYTES` of the body are shown")
	return c
}
