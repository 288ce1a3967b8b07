package server

import (
	"familypact.example/portal/web/layout"
	"familypact.example/portal/web/page/mypage"
)

// clientMenu is the menu of the client area.
func clientMenu() []layout.Item { return mypage.Menu() }
